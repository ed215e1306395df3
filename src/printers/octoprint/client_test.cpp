#include "printers/octoprint/client.hpp"

#include "base/error.hpp"
#include "net/temp_file.hpp"
#include "net/test_server.hpp"
#include "runtime/loop.hpp"
#include "runtime/task_group.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>

namespace karmen::printers::octoprint {
namespace {

using namespace std::chrono_literals;
using net::testing::closed_host;
using net::testing::ReceivedRequest;
using net::testing::temp_file;
using net::testing::TestConnection;
using net::testing::TestServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kNoPermission =
    R"({"error":"You don't have the permission to access the requested resource. It is either read-protected or not readable by the server."})";
constexpr const char* kCsrf = R"({"error":"CSRF validation failed"})";
constexpr const char* kVersion = R"({"api":"0.1","server":"1.11.8","text":"OctoPrint 1.11.8"})";
constexpr const char* kOperational =
    R"({"state":{"flags":{"operational":true,"ready":true},"text":"Operational"},"temperature":{"bed":{"actual":21.3,"offset":0,"target":0.0}}})";

struct Answer {
    int status;
    std::string body;
};

/// A server that answers each `METHOD /path` as it was told, and remembers what it was asked. 404 for the rest.
class ScriptedPrinter {
  public:
    explicit ScriptedPrinter(std::map<std::string, Answer> answers)
        : answers_(std::move(answers)), server_([this](TestConnection& connection) { serve(connection); }) {}

    PrinterAddress address(std::optional<std::string> api_key = std::nullopt) const {
        return {server_.host(), Protocol::kHttp, std::move(api_key)};
    }
    std::vector<std::string> asked() const {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> lines;
        for (const auto& request : requests_) lines.push_back(request.line());
        return lines;
    }
    ReceivedRequest last() const {
        const std::lock_guard lock(mutex_);
        return requests_.back();
    }

  private:
    void serve(TestConnection& connection) {
        while (true) {
            const ReceivedRequest request = connection.read_request();
            if (request.head.empty()) return;
            {
                const std::lock_guard lock(mutex_);
                requests_.push_back(request);
            }
            const auto answer = answers_.find(request.line());
            if (answer == answers_.end())
                connection.answer(404, R"({"error":"The requested URL was not found"})");
            else
                connection.answer(answer->second.status, answer->second.body);
        }
    }

    std::map<std::string, Answer> answers_;
    mutable std::mutex mutex_;
    std::vector<ReceivedRequest> requests_;
    TestServer server_;
};

constexpr const char* kStoredLine = "GET /api/files/local/karmen/part.gcode";

class NotedSteps final : public PrintSteps {
  public:
    Awaitable<void> on_sending(std::string path, std::optional<FileRecord> record) override {
        steps.push_back("sending " + path);
        before = record;
        if (refused == "sending") throw Error(ErrorCode::kConflict, PublicMessage{"refused"});
        co_return;
    }
    Awaitable<void> on_starting() override {
        steps.emplace_back("starting");
        if (refused == "starting") throw Error(ErrorCode::kConflict, PublicMessage{"refused"});
        co_return;
    }

    std::vector<std::string> steps;
    std::optional<FileRecord> before;
    std::string refused;
};

class OctoPrintClientTest : public ::testing::Test {
  protected:
    template <class T>
    T run(Awaitable<T> call) {
        return loop_.run_until_done(std::move(call));
    }
    PrinterAddress nobody() const { return {closed_host(), Protocol::kHttp, std::nullopt}; }

    Loop loop_;
    NotedSteps steps_;
    Log log_ = Log::silent();
    Pool pool_{"blocking", 1, 10};
    net::HttpClient http_{loop_.executor(), pool_, {}, log_};
    Client client_{
        loop_.executor(), http_, {.read_timeout = 5'000ms, .print_settle_time = 20ms, .ask_again_pause = 1ms}};
};

constexpr const char* kStatusLine = "GET /api/printer?exclude=sd";

TEST_F(OctoPrintClientTest, Sniff) {
    const ServerVersion version{"0.1", "1.11.8", "OctoPrint 1.11.8"};
    const ServerVersion other{"2.0.0", "0.8.1", "PrusaLink 0.8.1"};
    struct Row {
        std::map<std::string, Answer> answers;
        SniffedServer expected;
    };
    const Row rows[] = {
        {{{"GET /api/version", {200, kVersion}}}, {version, true, AccessLevel::kUnlocked}},
        {{{"GET /api/version", {403, kNoPermission}}, {"GET /api/settings", {200, "{}"}}},
         {{}, true, AccessLevel::kReadOnly}},
        {{{"GET /api/version", {403, kNoPermission}}, {"GET /api/settings", {403, kNoPermission}}},
         {{}, true, AccessLevel::kProtected}},
        {{{"GET /api/version", {403, kNoPermission}}, {"GET /api/settings", {500, ""}}}, {}},
        {{{"GET /api/version", {200, R"({"api":"2.0.0","server":"0.8.1","text":"PrusaLink 0.8.1"})"}}},
         {other, false, AccessLevel::kUnknown}},
        {{{"GET /api/version", {200, "<html>OctoPrint</html>"}}}, {}},
        {{{"GET /api/version", {503, "<html>"}}}, {}},
        {{{"GET /api/version", {401, "{}"}}}, {}},
        {{}, {}},
    };
    for (const Row& row : rows) {
        const ScriptedPrinter printer(row.answers);
        SniffedServer seen = run(client_.sniff(printer.address()));
        if (!seen.connected) EXPECT_NE(seen.obstacle.reason, "") << "why it is not connected";
        seen.obstacle = not_responding();
        EXPECT_EQ(seen, row.expected);
    }
}

TEST_F(OctoPrintClientTest, SniffSaysWhatStandsInTheWay) {
    const auto obstacle = [this](Answer answer) {
        const ScriptedPrinter printer({{"GET /api/version", std::move(answer)}});
        const SniffedServer seen = run(client_.sniff(printer.address()));
        EXPECT_FALSE(seen.connected);
        return seen.obstacle;
    };
    const PrinterStatus moonraker = obstacle({200, R"x({"text":"OctoPrint (Moonraker v0.3.1-12)"})x"});
    EXPECT_EQ(moonraker, not_responding(PrinterState::kOtherServer, std::string(kMoonrakerHint)));
    const PrinterStatus prusa_link = obstacle({200, R"({"text":"PrusaLink 0.8.1"})"});
    EXPECT_EQ(prusa_link.state, PrinterState::kOtherServer);
    EXPECT_THAT(prusa_link.reason, HasSubstr("PrusaLink 0.8.1"));
    EXPECT_THAT(obstacle({404, "<html>"}).reason, HasSubstr("HTTP status 404"));
    EXPECT_EQ(obstacle({503, "<html>"}).state, PrinterState::kUnreachable);
    EXPECT_EQ(run(client_.sniff(nobody())).obstacle.state, PrinterState::kUnreachable);
}

TEST_F(OctoPrintClientTest, AKeyThatMayOnlyLookIsReadOnly) {
    const auto level = [this](Answer user, std::optional<std::string> key) {
        const ScriptedPrinter printer({{"GET /api/version", {200, kVersion}}, {"GET /api/currentuser", user}});
        return run(client_.sniff(printer.address(std::move(key)))).access_level;
    };
    EXPECT_EQ(level({200, R"({"name":"look","permissions":["STATUS"]})"}, "KEY"), AccessLevel::kReadOnly);
    EXPECT_EQ(level({200, R"({"name":"ann","permissions":["STATUS","PRINT"]})"}, "KEY"), AccessLevel::kUnlocked);
    EXPECT_EQ(level({404, ""}, "KEY"), AccessLevel::kUnlocked);
    EXPECT_EQ(level({200, R"({"name":"look","permissions":["STATUS"]})"}, std::nullopt), AccessLevel::kUnlocked);
}

TEST_F(OctoPrintClientTest, ARefusedCommandShowsThatTheKeyMayOnlyLook) {
    const auto refused = [this](Answer version, std::optional<std::string> key) {
        const ScriptedPrinter printer({{"POST /api/job", {403, kNoPermission}}, {"GET /api/version", version}});
        return run(client_.command_job(printer.address(std::move(key)), JobCommand::kCancel));
    };
    for (const auto& key : {std::optional<std::string>("KEY"), std::optional<std::string>()}) {
        const auto outcome = refused({200, kVersion}, key);
        EXPECT_EQ(outcome.access_level, AccessLevel::kReadOnly);
        EXPECT_EQ(outcome.value.result, CommandOutcome::Result::kRefused);
    }
    EXPECT_EQ(refused({403, kNoPermission}, "KEY").access_level, AccessLevel::kProtected);
    EXPECT_EQ(refused({403, kNoPermission}, std::nullopt).access_level, std::nullopt);
}

TEST_F(OctoPrintClientTest, SendsTheKeyIfThereIsOne) {
    const ScriptedPrinter printer({{"GET /api/version", {200, kVersion}}});
    run(client_.sniff(printer.address("SECRET")));
    EXPECT_EQ(printer.last().header("X-Api-Key"), "SECRET");
    run(client_.sniff(printer.address()));
    EXPECT_THAT(printer.last().head, ::testing::Not(HasSubstr("X-Api-Key")));
    run(client_.sniff(printer.address("")));
    EXPECT_THAT(printer.last().head, ::testing::Not(HasSubstr("X-Api-Key")));
}

TEST_F(OctoPrintClientTest, Status) {
    const auto status_of = [this](Answer answer) {
        const ScriptedPrinter printer({{kStatusLine, std::move(answer)}});
        return run(client_.status(printer.address())).value;
    };
    EXPECT_EQ(status_of({200, kOperational}).state, PrinterState::kOperational);
    EXPECT_EQ(status_of({200, kOperational}).temperature.at("bed").actual, 21.3);
    EXPECT_EQ(status_of({409, R"({"error":"Printer is not operational"})"}), not_connected());
    EXPECT_EQ(status_of({200, "garbage"}), invalid_data());
    EXPECT_EQ(status_of({200, ""}), invalid_data());
    EXPECT_EQ(status_of({200, std::string((1 << 20) + 1, 'x')}), invalid_data());
    EXPECT_EQ(status_of({403, kNoPermission}).state, PrinterState::kKeyMissing);
    EXPECT_EQ(status_of({503, "<html>"}).state, PrinterState::kUnreachable);
    EXPECT_EQ(status_of({401, "{}"}).state, PrinterState::kOtherServer);
    EXPECT_EQ(run(client_.status(nobody())).value.state, PrinterState::kUnreachable);
    EXPECT_EQ(run(client_.status(nobody())).value.text, kNotRespondingText);
}

TEST_F(OctoPrintClientTest, AKeyThatIsWrongIsNotOneThatLacksARight) {
    const auto state_for = [this](Answer user) {
        const ScriptedPrinter printer({{kStatusLine, {403, kNoPermission}}, {"GET /api/currentuser", user}});
        return run(client_.status(printer.address("KEY"))).value;
    };
    EXPECT_EQ(state_for({200, R"({"name":null,"permissions":[]})"}).state, PrinterState::kKeyWrong);
    EXPECT_EQ(state_for({403, kNoPermission}).state, PrinterState::kKeyWrong);
    const PrinterStatus lacking = state_for({200, R"({"name":"ann","permissions":[]})"});
    EXPECT_EQ(lacking.state, PrinterState::kKeyLacksRight);
    EXPECT_THAT(lacking.reason, HasSubstr("ann"));
}

TEST_F(OctoPrintClientTest, APrinterThatFailedIsNotOneThatWasDisconnected) {
    const auto status_of = [this](Answer job, Answer error) {
        const ScriptedPrinter printer({{kStatusLine, {409, R"({"error":"Printer is not operational"})"}},
                                       {"GET /api/job", job},
                                       {"GET /api/printer/error", error}});
        return run(client_.status(printer.address())).value;
    };
    const PrinterStatus told =
        status_of({200, R"({"error":"Thermal Runaway","state":"Offline after error"})"}, {404, ""});
    EXPECT_EQ(told.state, PrinterState::kError);
    EXPECT_EQ(told.reason, "Thermal Runaway");
    EXPECT_EQ(told.text, kNotConnectedText);
    EXPECT_EQ(status_of({200, R"({"error":null,"state":"Offline after error"})"}, {200, R"({"error":"M112"})"}).reason,
              "M112");
    EXPECT_EQ(status_of({200, R"({"error":null,"state":"Offline after error"})"}, {404, ""}).reason,
              "Offline after error");
    EXPECT_EQ(status_of({200, R"({"state":"Connecting"})"}, {404, ""}).state, PrinterState::kConnecting);
    EXPECT_EQ(status_of({200, R"({"state":"Offline"})"}, {404, ""}), not_connected());
}

TEST_F(OctoPrintClientTest, AServerThatStartsUpIsNotResponding) {
    const TestServer server([](TestConnection& connection) {
        connection.read_request();
        connection.write("Not found");
    });
    EXPECT_EQ(run(client_.status({server.host(), Protocol::kHttp, {}})).value.state, PrinterState::kOtherServer);
}

TEST_F(OctoPrintClientTest, AHungServerIsNotRespondingInTime) {
    const TestServer server([](TestConnection& connection) { connection.wait_for_close(); });
    const PrinterAddress address{server.host(), Protocol::kHttp, std::nullopt};
    Client hasty(loop_.executor(), http_, {.read_timeout = 20ms, .command_timeout = 20ms});
    EXPECT_EQ(run(hasty.status(address)).value.state, PrinterState::kTimeout);
    EXPECT_EQ(run(hasty.sniff(address)).obstacle.state, PrinterState::kTimeout);
    EXPECT_EQ(run(hasty.job(address)).value, JobReport{});
    EXPECT_EQ(run(hasty.webcam(address)).value.message, kWebcamNotAccessible);
    EXPECT_EQ(run(hasty.connect(address)).value.result, CommandOutcome::Result::kUnreachable);
    EXPECT_EQ(run(hasty.command_job(address, JobCommand::kCancel)).value.result, CommandOutcome::Result::kUnreachable);
    EXPECT_THAT(run(hasty.command_job(address, JobCommand::kCancel)).value.reason, HasSubstr("in time"));
}

TEST_F(OctoPrintClientTest, TellsWhatACallShowedOfTheAccess) {
    const auto access = [this](Answer answer, std::optional<std::string> key) {
        const ScriptedPrinter printer({{kStatusLine, std::move(answer)}});
        return run(client_.status(printer.address(std::move(key)))).access_level;
    };
    EXPECT_EQ(access({200, kOperational}, "KEY"), AccessLevel::kUnlocked);
    EXPECT_EQ(access({403, kNoPermission}, "KEY"), AccessLevel::kProtected);
    EXPECT_EQ(access({409, "{}"}, "KEY"), std::nullopt);
    EXPECT_EQ(access({500, "{}"}, "KEY"), std::nullopt);
    EXPECT_EQ(access({200, kOperational}, std::nullopt), std::nullopt);
    EXPECT_EQ(access({403, kNoPermission}, std::nullopt), std::nullopt);
}

TEST_F(OctoPrintClientTest, Webcam) {
    const auto webcam_of = [this](Answer answer) {
        const ScriptedPrinter printer({{"GET /api/settings", std::move(answer)}});
        auto webcam = run(client_.webcam(printer.address())).value;
        if (webcam.stream && webcam.stream->address.url == "http://" + printer.address().host + "/webcam/")
            return karmen::Webcam{"OK here", {}};
        return webcam;
    };
    EXPECT_EQ(webcam_of({200, R"({"webcam":{"streamUrl":"/webcam/"}})"}).message, "OK here");
    EXPECT_EQ(webcam_of({200, R"({"webcam":{"streamUrl":""}})"}).message, kWebcamDisabled);
    EXPECT_EQ(webcam_of({200, "garbage"}).message, kWebcamInvalidData);
    EXPECT_EQ(webcam_of({200, std::string((1 << 20) + 1, 'x')}).message, kWebcamInvalidData);
    EXPECT_EQ(webcam_of({403, kNoPermission}).message, kWebcamNotAccessible);
    EXPECT_EQ(run(client_.webcam(nobody())).value.message, kWebcamNotAccessible);
}

TEST_F(OctoPrintClientTest, Job) {
    const auto job_of = [this](Answer answer) {
        const ScriptedPrinter printer({{"GET /api/job", std::move(answer)}});
        return run(client_.job(printer.address())).value;
    };
    EXPECT_EQ(job_of({200, R"({"state":"Printing","job":{"file":{"display":"a"}},"progress":{"printTime":3}})"}),
              (JobReport{true, PrinterJob{"a", {}, {}, 3}}));
    EXPECT_EQ(job_of({200, R"({"state":"Operational"})"}), (JobReport{true, std::nullopt}));
    EXPECT_EQ(job_of({200, "garbage"}), JobReport{});
    EXPECT_EQ(job_of({500, "{}"}), JobReport{});
    EXPECT_EQ(run(client_.job(nobody())).value, JobReport{});
}

std::map<std::string, Answer> connection_in(const std::string& state, Answer to_post = {204, ""}) {
    return {{"GET /api/connection", {200, R"({"current":{"state":")" + state + R"("}})"}},
            {"POST /api/connection", std::move(to_post)}};
}

const CommandOutcome kDone{CommandOutcome::Result::kDone, ""};

TEST_F(OctoPrintClientTest, ConnectsOnlyWhenItIsClosed) {
    for (const char* state : {"Closed", "Offline", "Offline after error"}) {
        const ScriptedPrinter printer(connection_in(state));
        EXPECT_EQ(run(client_.connect(printer.address())).value, kDone);
        EXPECT_THAT(printer.asked(), ElementsAre("GET /api/connection", "POST /api/connection")) << state;
        EXPECT_EQ(printer.last().body, R"({"command":"connect"})");
        EXPECT_EQ(printer.last().header("Content-Type"), "application/json");
    }
    for (const char* state : {"Operational", "Printing", "Connecting", "Detecting serial connection"}) {
        const ScriptedPrinter printer(connection_in(state));
        EXPECT_EQ(run(client_.connect(printer.address())).value, kDone);
        EXPECT_THAT(printer.asked(), ElementsAre("GET /api/connection")) << state;
    }
}

TEST_F(OctoPrintClientTest, DisconnectsUnlessItIsClosed) {
    for (const char* state : {"Operational", "Connecting", "Printing"}) {
        const ScriptedPrinter printer(connection_in(state));
        EXPECT_EQ(run(client_.disconnect(printer.address())).value, kDone);
        EXPECT_EQ(printer.last().body, R"({"command":"disconnect"})") << state;
    }
    const ScriptedPrinter closed(connection_in("Closed"));
    EXPECT_EQ(run(client_.disconnect(closed.address())).value, kDone);
    EXPECT_THAT(closed.asked(), ElementsAre("GET /api/connection"));
}

TEST_F(OctoPrintClientTest, ConnectionThatIsRefused) {
    const auto connect = [this](std::map<std::string, Answer> answers) {
        const ScriptedPrinter printer(std::move(answers));
        return run(client_.connect(printer.address("KEY")));
    };
    using Result = CommandOutcome::Result;
    const auto csrf = connect(connection_in("Closed", {400, kCsrf}));
    EXPECT_EQ(csrf.value.result, Result::kRefused);
    EXPECT_THAT(csrf.value.reason, HasSubstr("API key"));
    EXPECT_EQ(csrf.access_level, AccessLevel::kProtected);
    const auto invalid = connect(connection_in("Closed", {400, R"({"error":"port is invalid"})"}));
    EXPECT_EQ(invalid.value, (CommandOutcome{Result::kRefused, "port is invalid"}));
    EXPECT_EQ(connect({{"GET /api/connection", {403, kNoPermission}}}).value.result, Result::kRefused);
    EXPECT_EQ(connect({{"GET /api/connection", {200, "garbage"}}}).value.result, Result::kUnreachable);
    EXPECT_EQ(connect({{"GET /api/connection", {503, "<html>"}}}).value.result, Result::kUnreachable);
    EXPECT_EQ(run(client_.connect(nobody())).value.result, Result::kUnreachable);
}

TEST_F(OctoPrintClientTest, JobCommands) {
    const ScriptedPrinter printer({{"POST /api/job", {204, ""}}});
    const std::pair<JobCommand, const char*> rows[] = {
        {JobCommand::kCancel, R"({"command":"cancel"})"},
        {JobCommand::kStart, R"({"command":"start"})"},
        {JobCommand::kPause, R"({"command":"pause","action":"pause"})"},
        {JobCommand::kResume, R"({"command":"pause","action":"resume"})"},
    };
    for (const auto& [command, body] : rows) {
        EXPECT_EQ(run(client_.command_job(printer.address(), command)).value, kDone);
        EXPECT_EQ(printer.last().body, body);
    }
    const ScriptedPrinter idle(
        {{"POST /api/job",
          {409, R"({"error":"Printer is neither printing nor paused, 'cancel' command cannot be performed"})"}}});
    const auto refused = run(client_.command_job(idle.address(), JobCommand::kCancel)).value;
    EXPECT_EQ(refused.result, CommandOutcome::Result::kRefused);
    EXPECT_THAT(refused.reason, HasSubstr("neither printing nor paused"));
}

TEST_F(OctoPrintClientTest, AToggleReadsTheStateFirst) {
    const auto sent_in = [this](const std::string& flags) {
        const ScriptedPrinter printer({{"GET /api/printer?exclude=temperature,sd",
                                        {200, R"({"state":{"text":"x","flags":{"operational":true,)" + flags + "}}}"}},
                                       {"POST /api/job", {204, ""}}});
        EXPECT_EQ(run(client_.command_job(printer.address(), JobCommand::kToggle)).value, kDone);
        return printer.last().body;
    };
    const std::string pause = R"({"command":"pause","action":"pause"})";
    const std::string resume = R"({"command":"pause","action":"resume"})";
    EXPECT_EQ(sent_in(R"("printing":true)"), pause);
    EXPECT_EQ(sent_in(R"("paused":true)"), resume);
    EXPECT_EQ(sent_in(R"("paused":true,"printing":true)"), resume) << "OctoPrint 2.0";
    EXPECT_EQ(sent_in(R"("ready":true)"), pause) << "which the printer refuses in its own words";
    EXPECT_EQ(run(client_.command_job(nobody(), JobCommand::kToggle)).value.result,
              CommandOutcome::Result::kUnreachable);
}

PrintFile print_file(std::string_view content, std::string folder = "") {
    return {temp_file(content), content.size(), std::move(folder), "part.gcode"};
}

TEST_F(OctoPrintClientTest, PrintSendsTheFileToTheFolderKarmen) {
    const ScriptedPrinter printer({{"POST /api/files/local", {201, R"({"done":true,"effectivePrint":true})"}}});
    const std::pair<const char*, const char*> rows[] = {
        {"", "\r\n\r\nkarmen\r\n"}, {"a/b", "\r\n\r\nkarmen/a/b\r\n"}, {"/a/", "\r\n\r\nkarmen/a\r\n"}};
    for (const auto& [folder, field] : rows) {
        const auto outcome = run(client_.print(printer.address("KEY"), print_file("G28\nG1 X1\n", folder), steps_));
        EXPECT_EQ(outcome.value, (PrintOutcome{PrintOutcome::Result::kStarted, ""}));
        EXPECT_EQ(outcome.access_level, AccessLevel::kUnlocked);
        const ReceivedRequest request = printer.last();
        EXPECT_EQ(request.header("X-Api-Key"), "KEY");
        EXPECT_THAT(request.body, HasSubstr("name=\"path\"" + std::string(field)));
        EXPECT_THAT(request.body, HasSubstr("name=\"print\"\r\n\r\ntrue\r\n"));
        EXPECT_THAT(request.body, HasSubstr("name=\"file\"; filename=\"part.gcode\""));
        EXPECT_THAT(request.body, HasSubstr("\r\n\r\nG28\nG1 X1\n\r\n--"));
    }
}

TEST_F(OctoPrintClientTest, TheStepsOfAPrintAreToldBeforeTheyAreDone) {
    const ScriptedPrinter printer(
        {{kStoredLine, {200, R"({"date":5,"prints":{"last":{"date":6.5,"success":true}}})"}},
         {"POST /api/files/local",
          {201, R"({"effectivePrint":true,"files":{"local":{"path":"karmen/part_.gcode"}}})"}}});
    const PrintOutcome outcome = run(client_.print(printer.address(), print_file("G28\n"), steps_)).value;
    EXPECT_THAT(steps_.steps, ElementsAre("sending karmen/part.gcode", "starting"));
    ASSERT_TRUE(steps_.before);
    EXPECT_EQ(steps_.before->came, Timestamp(5s));
    EXPECT_EQ(steps_.before->last_print, (FileRecord::Print{Timestamp(6500ms), true}));
    EXPECT_EQ(outcome.path, "karmen/part_.gcode");
}

TEST_F(OctoPrintClientTest, NothingIsSentIfTheFirstStepIsRefused) {
    const ScriptedPrinter printer({});
    steps_.refused = "sending";
    EXPECT_THROW(run(client_.print(printer.address(), print_file("G28\n"), steps_)), Error);
    EXPECT_THAT(printer.asked(), ElementsAre(kStoredLine));
}

TEST_F(OctoPrintClientTest, ThePrinterDoesNotGetTheWholeFileIfTheLastStepIsRefused) {
    std::atomic<int> whole = 0;
    const TestServer server([&](TestConnection& connection) {
        while (true) {
            const std::string line = connection.read_request().line();
            if (line.empty()) return;
            if (line == "POST /api/files/local") ++whole;
            connection.answer(404, "{}");
        }
    });
    steps_.refused = "starting";
    const std::string large(1 << 20, 'G');
    EXPECT_THROW(run(client_.print({server.host(), Protocol::kHttp, {}}, print_file(large), steps_)), Error);
    EXPECT_EQ(whole, 0);
    EXPECT_THAT(steps_.steps, ElementsAre("sending karmen/part.gcode", "starting"));
}

TEST_F(OctoPrintClientTest, TheRecordOfAFileTellsOfItsLastPrint) {
    const auto record = [this](Answer answer) {
        const ScriptedPrinter printer({{kStoredLine, std::move(answer)}});
        return run(client_.file_record(printer.address(), "karmen/part.gcode"));
    };
    EXPECT_EQ(record({404, "{}"}), FileRecord{});
    EXPECT_EQ(record({200, R"({"date":5})"}), (FileRecord{.is_there = true, .came = Timestamp(5s), .last_print = {}}));
    EXPECT_EQ(record({200, R"({"date":5,"prints":{"last":{"date":6,"success":false}}})"})->last_print,
              (FileRecord::Print{Timestamp(6s), false}));
    EXPECT_EQ(record({500, "{}"}), std::nullopt);
    EXPECT_EQ(record({200, "<html>"}), std::nullopt);
}

TEST_F(OctoPrintClientTest, PrintThatDoesNotStart) {
    const auto print = [this](Answer answer) {
        const ScriptedPrinter printer({{"POST /api/files/local", std::move(answer)}});
        return run(client_.print(printer.address(), print_file("G28\n"), steps_)).value;
    };
    using Result = PrintOutcome::Result;
    EXPECT_EQ(print({201, R"({"done":true,"effectivePrint":false})"}).result, Result::kStoredOnly);
    EXPECT_EQ(print({409, R"({"error":"Trying to overwrite file that is currently being printed"})"}),
              (PrintOutcome{Result::kBusy, "Trying to overwrite file that is currently being printed"}));
    EXPECT_EQ(print({415, "{}"}).result, Result::kRefused);
    EXPECT_EQ(print({400, kCsrf}).result, Result::kRefused);
    EXPECT_EQ(print({403, kNoPermission}).result, Result::kRefused);
    EXPECT_THAT(print({413, "<html>"}).reason, HasSubstr("client_max_body_size"));
    EXPECT_EQ(run(client_.print(nobody(), print_file("G28\n"), steps_)).value.result, Result::kFailed);
    PrintFile shorter = print_file("G28\n");
    shorter.size = 100;
    const ScriptedPrinter printer({});
    EXPECT_THAT(run(client_.print(printer.address(), std::move(shorter), steps_)).value.reason, HasSubstr("disk"));
}

std::string job_json(const std::string& state, const std::string& path, int size = 4) {
    return R"({"state":")" + state + R"(","job":{"file":{"path":")" + path + R"(","size":)" + std::to_string(size) +
           "}}}";
}

TEST_F(OctoPrintClientTest, APrinterThatDoesNotTellWhetherItPrintsIsAsked) {
    using Result = PrintOutcome::Result;
    const std::pair<std::string, Result> rows[] = {
        {job_json("Printing", "karmen/part.gcode"), Result::kStarted},
        {job_json("Starting", "karmen/part.gcode"), Result::kStarted},
        {R"({"state":"Printing","job":{"file":{"name":"part.gcode"}}})", Result::kStarted},
        {job_json("Printing", "karmen/part.gcode", 5), Result::kFailed},
        {job_json("Printing", "other.gcode"), Result::kFailed},
        {job_json("Operational", "karmen/part.gcode"), Result::kFailed},
        {R"({"error":"no"})", Result::kUnknown},
    };
    const Answer unclear[] = {{201, R"({"done":true})"}, {201, "<html>"}, {200, "{}"}, {500, "{}"}, {502, "<html>"}};
    for (const auto& [job, expected] : rows) {
        for (const Answer& answer : unclear) {
            const ScriptedPrinter printer({{"POST /api/files/local", answer}, {"GET /api/job", {200, job}}});
            EXPECT_EQ(run(client_.print(printer.address(), print_file("G28\n"), steps_)).value.result, expected)
                << job << answer.status << answer.body;
        }
    }
}

TEST_F(OctoPrintClientTest, APrinterThatTellsIsNotAsked) {
    using Result = PrintOutcome::Result;
    const std::pair<const char*, Result> rows[] = {
        {R"({"effectivePrint":true})", Result::kStarted},
        {R"({"effectivePrint":1})", Result::kStarted},
        {R"({"print_started":true})", Result::kStarted},
        {R"({"effectivePrint":0})", Result::kStoredOnly},
        {R"({"print_started":false})", Result::kStoredOnly},
        {R"({"effectivePrint":true,"print_started":false})", Result::kStoredOnly}};
    for (const auto& [answer, expected] : rows) {
        const ScriptedPrinter printer({{"POST /api/files/local", {201, answer}}});
        EXPECT_EQ(run(client_.print(printer.address(), print_file("G28\n"), steps_)).value.result, expected) << answer;
        EXPECT_THAT(printer.asked(), ElementsAre(kStoredLine, "POST /api/files/local"));
    }
}

TEST_F(OctoPrintClientTest, APrinterThatHasTheFileAndHangsUpIsAsked) {
    for (const bool prints : {true, false}) {
        const TestServer server([&](TestConnection& connection) {
            while (true) {
                const std::string line = connection.read_request().line();
                if (line == "GET /api/job")
                    connection.answer(200, job_json(prints ? "Printing" : "Operational", "karmen/part.gcode"));
                else if (line == kStoredLine)
                    connection.answer(404, "{}");
                else
                    return;  // of the upload, which has come whole
            }
        });
        const auto outcome =
            run(client_.print({server.host(), Protocol::kHttp, {}}, print_file("G28\n"), steps_)).value;
        EXPECT_EQ(outcome.result, prints ? PrintOutcome::Result::kStarted : PrintOutcome::Result::kFailed);
    }
}

/// What `/api/files/local/…` says before and after the upload.
TEST_F(OctoPrintClientTest, APrintThatHasEndedMeanwhileWasOne) {
    using Result = PrintOutcome::Result;
    struct Row {
        Answer before;
        Answer after;
        Result expected;
    };
    const Answer none{404, "{}"};
    const Answer old{200, R"({"date":100,"prints":{"last":{"date":200.5}}})"};
    const Answer kept{200, R"({"date":300,"prints":{"last":{"date":200.5}}})"};
    const Answer printed{200, R"({"date":300,"prints":{"last":{"date":300.5}}})"};
    const Row rows[] = {
        {none, printed, Result::kStarted},        {old, printed, Result::kStarted}, {none, kept, Result::kStoredOnly},
        {old, kept, Result::kStoredOnly},         {old, old, Result::kFailed},      {none, none, Result::kFailed},
        {{500, ""}, printed, Result::kStoredOnly}};
    for (const Row& row : rows) {
        std::atomic<bool> has_come = false;
        const TestServer server([&](TestConnection& connection) {
            while (true) {
                const std::string line = connection.read_request().line();
                if (line.empty()) return;
                const Answer stored = has_come ? row.after : row.before;
                if (line == "POST /api/files/local") has_come = true;
                if (line == kStoredLine)
                    connection.answer(stored.status, stored.body);
                else
                    connection.answer(200, R"({"state":"Operational"})");
            }
        });
        const auto outcome =
            run(client_.print({server.host(), Protocol::kHttp, {}}, print_file("G28\n"), steps_)).value;
        EXPECT_EQ(outcome.result, row.expected) << row.before.body << row.after.body << outcome.reason;
    }
}

/// A proxy has given up, the printer has not.
TEST_F(OctoPrintClientTest, APrinterBehindAProxyThatGaveUpIsAskedForAsLongAsItsAnswerMayTake) {
    std::atomic<int> asked = 0;
    const TestServer server([&](TestConnection& connection) {
        while (true) {
            const std::string line = connection.read_request().line();
            if (line.empty()) return;
            if (line == "POST /api/files/local")
                connection.answer(504, "<html>");
            else if (line == "GET /api/job")
                connection.answer(200, job_json(++asked > 100 ? "Printing" : "Operational", "karmen/part.gcode"));
            else
                connection.answer(404, "{}");
        }
    });
    Client client{loop_.executor(), http_, {.print_settle_time = 0ms, .ask_again_pause = 0ms}};
    const auto outcome = run(client.print({server.host(), Protocol::kHttp, {}}, print_file("G28\n"), steps_)).value;
    EXPECT_EQ(outcome.result, PrintOutcome::Result::kStarted);
    Client hasty{loop_.executor(), http_, {.upload_answer_timeout = 0ms, .ask_again_pause = 0ms}};
    asked = 0;
    EXPECT_THAT(run(hasty.print({server.host(), Protocol::kHttp, {}}, print_file("G28\n"), steps_)).value.reason,
                HasSubstr("proxy_read_timeout"));
}

Awaitable<void> ask_status(Client& client, PrinterAddress address, int& operational) {
    const auto status = co_await client.status(std::move(address));
    if (status.value.state == PrinterState::kOperational) ++operational;
}

Awaitable<void> join(TaskGroup& group) {
    co_await group.join();
}

TEST_F(OctoPrintClientTest, AsksAPrinterNoMoreThanTwoThingsAtATime) {
    std::atomic<int> inside = 0;
    std::atomic<int> inside_max = 0;
    const TestServer server([&](TestConnection& connection) {
        while (!connection.read_request().head.empty()) {
            const int now = ++inside;
            for (int seen = inside_max; seen < now && !inside_max.compare_exchange_weak(seen, now);) continue;
            std::this_thread::sleep_for(1ms);  // long enough for others to come, were they let in
            --inside;
            connection.answer(200, kOperational);
        }
    });
    TaskGroup group(loop_.executor(), log_, "test");
    int operational = 0;
    for (int i = 0; i < 20; ++i) group.spawn(ask_status(client_, {server.host(), Protocol::kHttp, {}}, operational));
    run(join(group));
    EXPECT_EQ(operational, 20);
    EXPECT_LE(inside_max, 2);
    EXPECT_GE(inside_max, 1);
}

Awaitable<void> print_and_keep(Client& client, PrinterAddress address, std::vector<PrintOutcome::Result>& results) {
    NotedSteps steps;
    const auto outcome = co_await client.print(std::move(address), print_file("G28\n"), steps);
    results.push_back(outcome.value.result);
}

Awaitable<void> upload_twice_and_ask(Client& client, TaskGroup& group, PrinterAddress address,
                                     std::vector<PrintOutcome::Result>& results, int& operational) {
    group.spawn(print_and_keep(client, address, results));
    group.spawn(print_and_keep(client, address, results));
    co_await ask_status(client, address, operational);
    co_await group.join();
}

TEST_F(OctoPrintClientTest, WhileAFileIsSentThePrinterIsStillWatchedAndTakesNoSecondFile) {
    std::atomic<bool> was_asked = false;
    const TestServer server([&](TestConnection& connection) {
        const auto request = connection.read_request();
        if (request.line() == "POST /api/files/local") {
            block_until([&was_asked] { return was_asked.load(); });
            connection.answer(201, R"({"effectivePrint":true})");
        } else {
            connection.answer(200, kOperational);
            was_asked = true;
        }
    });
    TaskGroup group(loop_.executor(), log_, "test");
    std::vector<PrintOutcome::Result> results;
    int operational = 0;
    run(upload_twice_and_ask(client_, group, {server.host(), Protocol::kHttp, {}}, results, operational));
    EXPECT_EQ(operational, 1);
    EXPECT_THAT(results, ElementsAre(PrintOutcome::Result::kBusy, PrintOutcome::Result::kStarted));
}

}  // namespace
}  // namespace karmen::printers::octoprint
