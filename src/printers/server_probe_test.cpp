#include "printers/server_probe.hpp"

#include "net/test_server.hpp"
#include "printers/dialects.hpp"
#include "runtime/loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>

namespace karmen::printers {
namespace {

using namespace std::chrono_literals;
using net::testing::closed_host;
using net::testing::ReceivedRequest;
using net::testing::TestConnection;
using net::testing::TestServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Answer {
    int status = 404;
    std::string body = {};
    std::string headers = {};
};

constexpr const char* kNoPermission = R"({"error":"You don't have the permission to access the requested resource."})";
constexpr const char* kGuest = R"({"groups":["guests"],"name":null,"permissions":[]})";
constexpr const char* kVersion = R"({"api":"0.1","server":"1.11.8","text":"OctoPrint 1.11.8"})";

/// Answers each path as it was told; those with the right key are told for `path?key`.
class ScriptedServer {
  public:
    explicit ScriptedServer(std::map<std::string, Answer> answers)
        : answers_(std::move(answers)), server_([this](TestConnection& connection) { serve(connection); }) {}

    PrinterAddress address(std::optional<std::string> api_key = std::nullopt) const {
        return {.host = server_.host(), .api_key = std::move(api_key)};
    }
    bool was_sent_a_key() const {
        const std::lock_guard lock(mutex_);
        return was_sent_a_key_;
    }

  private:
    void serve(TestConnection& connection) {
        while (true) {
            const ReceivedRequest request = connection.read_request();
            if (request.head.empty()) return;
            const std::string key = request.header("X-Api-Key");
            {
                const std::lock_guard lock(mutex_);
                was_sent_a_key_ = was_sent_a_key_ || !key.empty();
            }
            const std::string path = request.line().substr(4) + (key == "right" ? "?right" : "");
            const auto found = answers_.find(path);
            const Answer answer = found == answers_.end() ? Answer{} : found->second;
            connection.answer(answer.status, answer.body, answer.headers);
        }
    }

    std::map<std::string, Answer> answers_;
    mutable std::mutex mutex_;
    bool was_sent_a_key_ = false;
    TestServer server_;
};

/// OctoPrint 1.11 with a user whose key is `right`.
std::map<std::string, Answer> octoprint(const std::string& permissions) {
    return {{"/api/version", {403, kNoPermission}},
            {"/plugin/appkeys/probe", {204}},
            {"/api/currentuser", {200, kGuest}},
            {"/api/version?right", {200, kVersion}},
            {"/api/currentuser?right", {200, R"({"name":"ann","permissions":)" + permissions + "}"}},
            {"/api/settings?right",
             {200, R"({"webcam":{"webcamEnabled":true,"streamUrl":"/webcam/?action=stream","flipH":true}})"}}};
}

class ServerProbeTest : public ::testing::Test {
  protected:
    auto sniff(const ScriptedServer& server) { return loop_.run_until_done(probe_.sniff(server.address("secret"))); }
    Probe probe(const PrinterAddress& address) { return loop_.run_until_done(probe_.probe(address)); }

    Loop loop_;
    Log log_ = Log::silent();
    Pool pool_{"blocking", 1, 10};
    net::HttpClient http_{loop_.executor(), pool_, {}, log_};
    Dialects dialects_{loop_.executor(), http_, {.read_timeout = 5'000ms}};
    ServerProbe probe_{http_, dialects_, {}};
};

struct Row {
    const char* what;
    std::map<std::string, Answer> answers;
    FoundServer expected;
};

TEST_F(ServerProbeTest, RecognizesEachKindWithoutAKey) {
    const std::string open_info =
        R"({"result":{"default_source":"moonraker","available_sources":["moonraker"],"login_required":false,"trusted":)";
    const Answer compat{200, R"json({"server":"1.5.0","api":"0.1","text":"OctoPrint (Moonraker v0.9)"})json"};
    const FoundServer moonraker{.kind = "moonraker", .title = "Moonraker"};
    const FoundServer prusalink{.kind = "prusalink", .title = "PrusaLink"};
    const FoundServer closed_octoprint{
        .kind = "octoprint", .title = "OctoPrint", .is_supported = true, .wants_key = true};
    const auto with = [](FoundServer server, bool wants_key, ServerVersion version = {}, std::string name = {}) {
        server.wants_key = wants_key;
        server.version = std::move(version);
        server.name = std::move(name);
        return server;
    };
    const auto digest = [](const std::string& realm) {
        return Answer{401, "", "WWW-Authenticate: Digest realm=\"" + realm + "\", nonce=\"5f\", stale=false\r\n"};
    };
    const Row rows[] = {
        {"Moonraker, also if it imitates OctoPrint",
         {{"/access/info", {200, open_info + "true}}"}}, {"/api/version", compat}},
         with(moonraker, false)},
        {"Moonraker with a key", {{"/access/info", {200, open_info + "false}}"}}}, with(moonraker, true)},
        {"Moonraker, access unknown", {{"/access/info", {200, open_info + "null}}"}}}, with(moonraker, true)},
        {"Moonraker behind a proxy that shows its imitation only",
         {{"/api/version", compat}},
         with(moonraker, false, {"0.1", "1.5.0", "OctoPrint (Moonraker v0.9)"})},
        {"PrusaLink on a Pi",
         {{"/api/version",
           {200,
            R"({"api":"2.0.0","server":"2.1.2","text":"PrusaLink 0.8.1","capabilities":{"upload-by-put":true},"hostname":"mk3"})"}}},
         with(prusalink, false, {"2.0.0", "2.1.2", "PrusaLink 0.8.1"}, "mk3")},
        {"PrusaLink by what it can do",
         {{"/api/version", {200, R"({"text":"OctoPrint","capabilities":{"upload-by-put":true}})"}}},
         with(prusalink, false, {"", "", "OctoPrint"})},
        {"Buddy", {{"/api/version", digest("Printer API")}}, with(prusalink, true)},
        {"Pi without a key", {{"/api/version", digest("Administrator")}}, with(prusalink, true)},
        {"OctoPrint without access control",
         {{"/api/version", {200, kVersion}}},
         with({.kind = "octoprint", .title = "OctoPrint", .is_supported = true}, false,
              {"0.1", "1.11.8", "OctoPrint 1.11.8"})},
        {"OctoPrint", octoprint("[]"), closed_octoprint},
        {"OctoPrint without the plugin for application keys",
         {{"/api/version", {403, kNoPermission}}, {"/api/currentuser", {200, kGuest}}},
         closed_octoprint},
    };
    for (const Row& row : rows) {
        const ScriptedServer server(row.answers);
        const auto found = sniff(server);
        ASSERT_TRUE(found) << row.what << ": " << found.error().reason;
        EXPECT_EQ(*found, row.expected) << row.what;
        EXPECT_FALSE(server.was_sent_a_key()) << row.what;
    }
}

TEST_F(ServerProbeTest, TellsWhatElseAnswers) {
    const auto problem = [&](std::map<std::string, Answer> answers) {
        const ScriptedServer server(std::move(answers));
        return sniff(server).error();
    };
    EXPECT_EQ(problem({}).state, PrinterState::kOtherServer);
    EXPECT_EQ(problem({{"/api/version", {401, "", "WWW-Authenticate: Digest realm=\"Router\"\r\n"}}}).state,
              PrinterState::kOtherServer);
    EXPECT_EQ(problem({{"/access/info", {200, "[1]"}}, {"/api/version", {200, "<html>"}}}).state,
              PrinterState::kOtherServer);
    const PrinterStatus proxy = problem({{"/access/info", {502, "Bad Gateway"}}});
    EXPECT_EQ(proxy.state, PrinterState::kUnreachable);
    EXPECT_THAT(proxy.reason, HasSubstr("502"));
    EXPECT_EQ(probe({.host = closed_host()}).problem.state, PrinterState::kUnreachable);
    EXPECT_EQ(probe({.host = "no-such-printer.invalid"}).problem.state, PrinterState::kDns);
    EXPECT_EQ(problem({{"/access/info", {200, std::string(100'000, ' ')}}}).state, PrinterState::kInvalidData);
}

TEST_F(ServerProbeTest, AServerThatHangsIsGivenUp) {
    const TestServer silent([](TestConnection& connection) { connection.wait_for_close(); });
    ServerProbe impatient(http_, dialects_, {.deadline = 20ms});
    const Probe probe = loop_.run_until_done(impatient.probe({.host = silent.host()}));
    EXPECT_EQ(probe.problem.state, PrinterState::kTimeout);
    EXPECT_FALSE(probe.server);
}

TEST_F(ServerProbeTest, TellsWhatTheKeyMayDo) {
    const ScriptedServer good(octoprint(R"(["ADMIN"])"));
    const Probe all = probe(good.address("right"));
    EXPECT_EQ(all.key, KeyState::kGood);
    EXPECT_EQ(all.key_user, "ann");
    EXPECT_EQ(all.server->version.text, "OctoPrint 1.11.8");
    EXPECT_EQ(all.webcam->message, kWebcamOk);
    const Probe wrong = probe(good.address("wrong"));
    EXPECT_EQ(wrong.key, KeyState::kWrong);
    EXPECT_FALSE(wrong.webcam);
    EXPECT_THAT(wrong.missing_rights, IsEmpty());
    EXPECT_EQ(probe(good.address()).key, KeyState::kMissing);
    EXPECT_EQ(probe(good.address("")).key, KeyState::kMissing);
    const ScriptedServer some(octoprint(R"(["STATUS","SETTINGS_READ",{"key":"FILES_LIST"},"PRINT"])"));
    const Probe lacking = probe(some.address("right"));
    EXPECT_EQ(lacking.key, KeyState::kLacksRight);
    EXPECT_THAT(lacking.missing_rights, ElementsAre("CONNECTION", "FILES_UPLOAD"));
    const ScriptedServer open({{"/api/version", {200, kVersion}}});
    EXPECT_EQ(probe(open.address()).key, KeyState::kNotNeeded);
}

TEST_F(ServerProbeTest, AKindThatKarmenDoesNotSpeakGetsNoKey) {
    const ScriptedServer server({{"/api/version", {200, R"({"text":"PrusaLink"})"}}});
    const Probe found = probe(server.address("right"));
    EXPECT_EQ(found.server->kind, "prusalink");
    EXPECT_FALSE(found.server->is_supported);
    EXPECT_EQ(found.key, KeyState::kUnchecked);
    EXPECT_FALSE(server.was_sent_a_key());
}

}  // namespace
}  // namespace karmen::printers
