#include "fake/wire_client_test.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace karmen::fake::test {
namespace {

namespace json = boost::json;

constexpr std::string_view kNoPermission =
    "You don't have the permission to access the requested resource. It is either read-protected or not readable by "
    "the server.";

FakePrinterOptions release(int major, int minor, int patch) {
    FakePrinterOptions options;
    options.version = {major, minor, patch};
    return options;
}

FakePrinterOptions offline() {
    FakePrinterOptions options;
    options.start = StartState::kOffline;
    return options;
}

TEST(OctoPrintApi, AnswersLikeTheRealServer) {
    play({}, [](FakePrinter& printer) -> Awaitable<void> {
        const Answer answer = co_await get(printer, "/api/version");
        EXPECT_EQ(answer.status(), 200U);
        EXPECT_EQ(answer.body(),
                  "{\n  \"api\": \"0.1\",\n  \"server\": \"1.11.8\",\n  \"text\": \"OctoPrint 1.11.8\"\n}\n");
        EXPECT_EQ(answer.header("Content-Type"), "application/json");
        EXPECT_EQ(answer.header("Cache-Control"), "max-age=0");
        EXPECT_EQ(answer.header("X-Clacks-Overhead"), "GNU Terry Pratchett");

        const Answer done = co_await post(printer, "/api/connection", R"({"command":"connect"})");
        EXPECT_EQ(done.status(), 204U);
        EXPECT_EQ(done.header("Content-Type"), "text/plain");
        EXPECT_EQ(done.header("Expires"), "-1");
    });
}

/// As 2.0.0rc3 does, where a toggle never resumes.
TEST(OctoPrintApi, ATogglePausesForGoodInTwoPointZero) {
    FakePrinterOptions options;
    options.start = StartState::kPrinting;
    options.version = OctoPrintVersion::parse("2.0.0rc3").value();
    play(options, [](FakePrinter& printer) -> Awaitable<void> {
        EXPECT_EQ((co_await get(printer, "/api/version")).json().at("text"), "OctoPrint 2.0.0rc3");
        EXPECT_TRUE((co_await get(printer, "/api/job")).json().at("error").is_null());
        EXPECT_EQ((co_await get(printer, "/api/connection")).json().at("options").at("autoconnect"), true);
        const auto& facts = printer.context().printer;
        const std::string toggle = R"({"command":"pause","action":"toggle"})";
        co_await post(printer, "/fake/state", R"({"advance_s":2})");
        co_await post(printer, "/api/job", toggle);
        co_await post(printer, "/fake/state", R"({"advance_s":2})");
        EXPECT_EQ(facts.state(), State::kPaused);
        const auto flags = (co_await get(printer, "/api/printer")).json().at("state").at("flags");
        EXPECT_EQ(flags.at("printing"), true);
        EXPECT_EQ(flags.at("paused"), true);
        EXPECT_EQ((co_await post(printer, "/api/job", toggle)).status(), 204U);
        EXPECT_EQ(facts.state(), State::kPaused);
        co_await post(printer, "/api/job", R"({"command":"pause","action":"resume"})");
        EXPECT_EQ(facts.state(), State::kResuming);
        co_await post(printer, "/api/connection", R"({"command":"disconnect"})");
        EXPECT_EQ((co_await get(printer, "/api/connection")).json().at("current").at("state"), "Offline");
    });
}

TEST(OctoPrintApi, IsCompactInOldReleases) {
    play(release(1, 8, 7), [](FakePrinter& printer) -> Awaitable<void> {
        EXPECT_EQ((co_await get(printer, "/api/server")).body(), "{\"safemode\":null,\"version\":\"1.8.7\"}\n");
    });
}

TEST(OctoPrintApi, KnowsItsPaths) {
    play({}, [](FakePrinter& printer) -> Awaitable<void> {
        EXPECT_EQ((co_await get(printer, "//api/version")).status(), 200U);
        const Answer missing = co_await ask(printer, bare_request("GET", "/api/version/"));
        EXPECT_EQ(missing.status(), 404U);
        EXPECT_TRUE(missing.error().starts_with("The requested URL was not found on the server."));
        EXPECT_EQ((co_await get(printer, "/downloads/files/local/a.gcode")).status(), 404U);
        const Answer wrong = co_await ask(printer, request("DELETE", "/api/job"));
        EXPECT_EQ(wrong.status(), 405U);
        EXPECT_EQ(wrong.error(), "The method is not allowed for the requested URL.");
        EXPECT_EQ((co_await ask(printer, bare_request("GET", "/plugin/appkeys/probe"))).status(), 204U);
        EXPECT_EQ((co_await get(printer, "/")).status(), 302U);
        EXPECT_EQ((co_await ask(printer, request("HEAD", "/api/job"))).body(), "");
    });
}

TEST(OctoPrintApi, TakesTheKeyInThreePlaces) {
    play({}, [](FakePrinter& printer) -> Awaitable<void> {
        const auto bearer = bare_request("GET", "/api/job", {}, {"Authorization: Bearer fake-api-key"});
        EXPECT_EQ((co_await ask(printer, bearer)).status(), 200U);
        EXPECT_EQ((co_await ask(printer, bare_request("GET", "/api/job?apikey=fake-api-key"))).status(), 200U);
        EXPECT_EQ((co_await ask(printer, bare_request("GET", "/api/job?apikey=other"))).error(), kNoPermission);
    });
}

TEST(OctoPrintApi, RefusesWithoutAKey) {
    play({}, [](FakePrinter& printer) -> Awaitable<void> {
        const Answer look = co_await ask(printer, bare_request("GET", "/api/version"));
        EXPECT_EQ(look.status(), 403U);
        EXPECT_EQ(look.error(), kNoPermission);
        for (const auto* target : {"/api/job", "/api/connection"}) {
            const Answer change = co_await ask(printer, json_request(target, R"({"command":"nonsense"})"));
            EXPECT_EQ(change.status(), 400U);
            EXPECT_EQ(change.error(), "CSRF validation failed");
        }
        const Answer guest = co_await ask(printer, bare_request("GET", "/api/currentuser"));
        EXPECT_EQ(guest.json(), json::parse(R"({"groups":["guests"],"name":null,"permissions":[]})"));
        const Answer stranger =
            co_await ask(printer, bare_request("GET", "/api/currentuser", {}, {"X-Api-Key: wrong"}));
        EXPECT_EQ(stranger.status(), 200U);
    });
}

TEST(OctoPrintApi, RefusedInOtherWordsBefore) {
    play(release(1, 10, 3), [](FakePrinter& printer) -> Awaitable<void> {
        const auto job = [](std::string body, Fields fields) { return json_request("/api/job", body, fields); };
        EXPECT_EQ((co_await ask(printer, job(R"({"command":"start"})", {}))).error(), kNoPermission);
        EXPECT_EQ((co_await ask(printer, job(R"({"command":"nonsense"})", {}))).error(), "command is invalid");
        EXPECT_EQ((co_await ask(printer, job(R"({"command":"start"})", {"X-Api-Key: wrong"}))).error(),
                  "Invalid API key");
        const Answer stranger =
            co_await ask(printer, bare_request("GET", "/api/currentuser", {}, {"X-Api-Key: wrong"}));
        EXPECT_EQ(stranger.status(), 403U);
    });
}

TEST(OctoPrintApi, LogsInByKey) {
    play({}, [](FakePrinter& printer) -> Awaitable<void> {
        const auto session = (co_await post(printer, "/api/login", R"({"passive":true})")).json();
        EXPECT_EQ(session.at("name"), "admin");
        EXPECT_EQ(session.at("session").as_string().size(), 32U);
        const Answer guest = co_await ask(printer, json_request("/api/login", R"({"passive":true})"));
        EXPECT_EQ(guest.json().at("groups").at(0), "guests");
        EXPECT_EQ((co_await post(printer, "/api/login", R"({"user":"a","pass":"b"})")).status(), 403U);
    });
}

TEST(OctoPrintApi, ConnectsAsTimePasses) {
    play(offline(), [](FakePrinter& printer) -> Awaitable<void> {
        EXPECT_EQ((co_await get(printer, "/api/printer")).error(), "Printer is not operational");
        EXPECT_EQ((co_await get(printer, "/api/printer/tool")).status(), 409U);
        EXPECT_EQ((co_await post(printer, "/api/printer/command", R"({"command":"M105"})")).status(), 409U);
        EXPECT_EQ((co_await post(printer, "/api/connection", R"({"command":"disconnect"})")).status(), 204U);

        const std::string connect = R"({"command":"connect","port":"/dev/ttyS0","baudrate":250000})";
        EXPECT_EQ((co_await post(printer, "/api/connection", connect)).status(), 204U);
        co_await post(printer, "/fake/state", R"({"advance_s":5})");
        const auto current = (co_await get(printer, "/api/connection")).json().at("current");
        EXPECT_EQ(current.at("state"), "Operational");
        EXPECT_EQ(current.at("port"), "/dev/ttyS0");
        EXPECT_EQ(current.at("baudrate"), 250000);
        EXPECT_EQ((co_await get(printer, "/api/printer/tool")).json().as_object().size(), 1U);
        EXPECT_EQ((co_await get(printer, "/api/printer/chamber")).status(), 409U);

        // Connected already: taken, and ignored.
        EXPECT_EQ((co_await post(printer, "/api/connection", R"({"command":"connect","port":"VIRTUAL"})")).status(),
                  204U);
        EXPECT_EQ((co_await get(printer, "/api/connection")).json().at("current").at("port"), "/dev/ttyS0");
    });
}

TEST(OctoPrintApi, RefusesWhatItCannotConnectTo) {
    play(offline(), [](FakePrinter& printer) -> Awaitable<void> {
        const auto error = [](FakePrinter& to, std::string body) -> Awaitable<std::string> {
            const Answer answer = co_await post(to, "/api/connection", std::move(body));
            co_return std::to_string(answer.status()) + " " + answer.error();
        };
        EXPECT_EQ(co_await error(printer, R"({"command":"connect","port":"COM1"})"), "400 port is invalid");
        EXPECT_EQ(co_await error(printer, R"({"command":"connect","baudrate":1})"), "400 baudrate is invalid");
        EXPECT_EQ(co_await error(printer, R"({"command":"connect","printerProfile":"x"})"),
                  "400 printerProfile is invalid");
        EXPECT_EQ(co_await error(printer, R"({"command":"dance"})"), "400 command is invalid");
        EXPECT_EQ(co_await error(printer, "{}"), "400 command is invalid");
    });
}

TEST(OctoPrintApi, RefusesWhatIsNotJson) {
    play({}, [](FakePrinter& printer) -> Awaitable<void> {
        const std::string text = "The browser (or proxy) sent a request that this server could not understand.";
        EXPECT_EQ((co_await post(printer, "/api/job", "{")).error(), text);
        EXPECT_EQ((co_await post(printer, "/api/job", "[]")).error(), text);
        const auto form = request("POST", "/api/job", "command=start", {"Content-Type: text/plain"});
        EXPECT_EQ((co_await ask(printer, form)).error(), text);
        const Answer huge = co_await post(printer, "/api/job", std::string(200 * 1024, ' '));
        EXPECT_EQ(huge.status(), 400U);
        EXPECT_EQ(huge.body(), "");
    });
    play(release(1, 8, 7), [](FakePrinter& printer) -> Awaitable<void> {
        const auto form = request("POST", "/api/job", "command=start", {"Content-Type: text/plain"});
        EXPECT_EQ((co_await ask(printer, form)).error(), "Expected content-type JSON");
    });
}

TEST(OctoPrintApi, PrintsAnUpload) {
    play({}, [](FakePrinter& printer) -> Awaitable<void> {
        // The fields may come after the file.
        const Answer answer =
            co_await upload(printer, {file_part("job one.gcode", "G28\nG1 X10\n"), {"name=\"print\"", "True"}});
        EXPECT_EQ(answer.status(), 201U);
        EXPECT_EQ(answer.header("Location"), "http://printer.test:5000/api/files/local/job%20one.gcode");
        EXPECT_EQ(answer.json().at("effectivePrint"), true);
        EXPECT_EQ(answer.json().at("effectiveSelect"), false);
        EXPECT_EQ((co_await get(printer, "/fake/state")).json().at("selected"), "job one.gcode");

        const auto file = (co_await get(printer, "/api/files/local/job%20one.gcode")).json();
        EXPECT_EQ(file.at("hash"), "9b1ba82d243757807af759a7cb66c7802b287cb7");
        EXPECT_EQ(file.at("size"), 11);
    });
}

TEST(OctoPrintApi, StoresButDoesNotPrintWhileAnotherPrintRuns) {
    FakePrinterOptions options;
    options.start = StartState::kPrinting;
    play(options, [](FakePrinter& printer) -> Awaitable<void> {
        const Answer second = co_await upload(printer, {{"name=\"print\"", "true"}, file_part("b.gcode", "G28\n")});
        EXPECT_EQ(second.status(), 201U);
        EXPECT_EQ(second.json().at("effectivePrint"), false);
        EXPECT_EQ((co_await get(printer, "/api/files/local/b.gcode")).status(), 200U);

        const Answer overwrite = co_await upload(printer, {file_part("sample.gcode", "G28\n")});
        EXPECT_EQ(overwrite.status(), 409U);
        EXPECT_EQ(overwrite.error(), "Trying to overwrite file that is currently being printed");
        const Answer select = co_await post(printer, "/api/files/local/b.gcode", R"({"command":"select"})");
        EXPECT_EQ(select.error(), "Printer is already printing, cannot select a new file");
        EXPECT_EQ((co_await ask(printer, request("DELETE", "/api/files/local/sample.gcode"))).status(), 409U);
    });
}

TEST(OctoPrintApi, RefusesUploads) {
    play({}, [](FakePrinter& printer) -> Awaitable<void> {
        EXPECT_EQ((co_await upload(printer, {file_part("a.txt", "x")})).error(), "Could not upload file, invalid type");
        EXPECT_EQ((co_await upload(printer, {file_part("../a.gcode", "x")})).error(),
                  "Can not upload file, invalid file name");
        EXPECT_EQ((co_await upload(printer, {{"name=\"other\"; filename=\"a.gcode\"", "x"}})).error(),
                  "No file to upload and no folder to create");
        EXPECT_EQ((co_await upload(printer, {file_part("a.gcode", "x")})).status(), 201U);
        EXPECT_EQ((co_await upload(printer, {file_part("a.gcode", "y"), {"name=\"noOverwrite\"", "true"}})).error(),
                  "File already exists and noOverwrite was set");
        EXPECT_EQ((co_await upload(printer, {file_part("a.gcode", "y")})).status(), 201U);

        const auto elsewhere = request("POST", "/api/files/moon", upload_body({file_part("a.gcode", "x")}),
                                       {"Content-Type: multipart/form-data; boundary=limit"});
        EXPECT_EQ((co_await ask(printer, elsewhere)).status(), 404U);
        const std::string chunked =
            "POST /api/files/local HTTP/1.1\r\nHost: h\r\nX-Api-Key: fake-api-key\r\nConnection: close\r\n"
            "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
        const Answer refused = co_await ask(printer, chunked);
        EXPECT_EQ(refused.status(), 411U);
        EXPECT_TRUE(refused.header("Content-Type").starts_with("text/html"));
        const std::string too_large =
            "POST /api/files/local HTTP/1.1\r\nHost: h\r\nX-Api-Key: fake-api-key\r\n"
            "Content-Type: multipart/form-data; boundary=limit\r\nContent-Length: 2000000000\r\n\r\n";
        Socket socket = co_await connect(printer);
        co_await send(socket, too_large);
        const std::string head = co_await read_until(socket, "\r\n\r\n");
        EXPECT_TRUE(head.starts_with("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n")) << head;
    });
}

TEST(OctoPrintApi, KeepsTheLastOfTwoFiles) {
    play({}, [](FakePrinter& printer) -> Awaitable<void> {
        co_await upload(printer, {file_part("a.gcode", "x"), file_part("b.gcode", "yy")});
        const auto files = (co_await get(printer, "/fake/state")).json().at("files").as_array();
        EXPECT_EQ(files.size(), 1U);
        EXPECT_EQ(files[0].at("path"), "b.gcode");
    });
}

TEST(OctoPrintApi, UnderstandsNamesInOtherEncodings) {
    play({}, [](FakePrinter& printer) -> Awaitable<void> {
        const auto stored = [](FakePrinter& to, std::string disposition) -> Awaitable<std::string> {
            const Answer answer = co_await upload(to, {{"name=\"file\"; " + disposition, "G28"}});
            co_return std::string(answer.json().at("files").at("local").at("path").as_string());
        };
        EXPECT_EQ(co_await stored(printer, "filename=\"x.gcode\"; filename*=UTF-8''%C5%BElu%C5%A5.gcode"),
                  "žluť.gcode");
        EXPECT_EQ(co_await stored(printer, "filename=\"caf\xe9.gcode\""), "café.gcode");
        EXPECT_EQ(co_await stored(printer, "filename=\"🐎.gcode\""), "🐎.gcode");
    });
}

TEST(OctoPrintApi, ListsSelectsAndDeletesFiles) {
    play({}, [](FakePrinter& printer) -> Awaitable<void> {
        co_await upload(printer, {file_part("a.gcode", "G28"), {"name=\"path\"", "sub"}});
        const Answer folder = co_await upload(printer, {{"name=\"foldername\"", "empty"}});
        EXPECT_EQ(folder.status(), 201U);
        EXPECT_EQ(folder.json().at("folder").at("path"), "empty");

        const Answer list = co_await get(printer, "/api/files?recursive=true");
        EXPECT_EQ(list.json().at("files").as_array().size(), 2U);
        const auto again = request("GET", "/api/files", {}, {"If-None-Match: " + list.header("ETag")});
        EXPECT_EQ((co_await ask(printer, again)).status(), 304U);

        const std::string file = "/api/files/local/sub/a.gcode";
        EXPECT_EQ((co_await post(printer, file, R"({"command":"slice"})")).error(), "command is invalid");
        EXPECT_EQ((co_await post(printer, file, R"({"command":"select","print":true})")).status(), 204U);
        EXPECT_EQ((co_await get(printer, "/fake/state")).json().at("selected"), "sub/a.gcode");
        co_await post(printer, "/fake/state", R"({"advance_s":100})");
        EXPECT_EQ((co_await ask(printer, request("DELETE", file))).status(), 204U);
        EXPECT_EQ((co_await ask(printer, request("DELETE", file))).status(), 404U);
        EXPECT_EQ((co_await get(printer, "/api/job")).json().at("job").at("file").at("path"), nullptr);
        EXPECT_EQ((co_await post(printer, file, R"({"command":"select"})")).status(), 404U);
    });
}

/// Every command over HTTP, so that the words of the request lead to the right row of the table.
TEST(OctoPrintApi, ObeysJobCommands) {
    FakePrinterOptions options;
    options.start = StartState::kPrinting;
    play(options, [](FakePrinter& printer) -> Awaitable<void> {
        const auto told = [](FakePrinter& to, std::string body) -> Awaitable<std::string> {
            co_await post(to, "/fake/state", R"({"advance_s":2})");
            const Answer answer = co_await post(to, "/api/job", std::move(body));
            co_return answer.status() == 204 ? "204" : std::to_string(answer.status()) + " " + answer.error();
        };
        const auto& facts = printer.context().printer;
        const std::string toggle = R"({"command":"pause"})";
        const std::string pause = R"({"command":"pause","action":"pause"})";
        const std::string resume = R"({"command":"pause","action":"resume"})";

        EXPECT_EQ(co_await told(printer, R"({"command":"start"})"),
                  "409 Printer already has an active print job, did you mean 'restart'?");
        EXPECT_EQ(co_await told(printer, R"({"command":"nonsense"})"), "400 command is invalid");
        EXPECT_EQ(co_await told(printer, resume), "204");
        EXPECT_EQ(facts.state(), State::kPrinting);
        EXPECT_EQ(co_await told(printer, pause), "204");
        EXPECT_EQ(facts.state(), State::kPausing);
        EXPECT_EQ(co_await told(printer, pause), "204");
        EXPECT_EQ(facts.state(), State::kPaused);
        EXPECT_EQ(co_await told(printer, R"({"command":"restart"})"), "204");
        EXPECT_EQ(facts.state(), State::kStarting);
        EXPECT_EQ(co_await told(printer, R"({"command":"restart"})"),
                  "409 Printer does not have an active print job or is not paused");
        EXPECT_EQ(co_await told(printer, toggle), "204");
        EXPECT_EQ(co_await told(printer, toggle), "204");
        EXPECT_EQ(facts.state(), State::kResuming);
        EXPECT_EQ(co_await told(printer, R"({"command":"cancel"})"), "204");
        EXPECT_EQ(facts.state(), State::kCancelling);
        EXPECT_EQ(co_await told(printer, R"({"command":"cancel"})"),
                  "409 Printer is neither printing nor paused, 'cancel' command cannot be performed");
        EXPECT_EQ(co_await told(printer, toggle),
                  "409 Printer is neither printing nor paused, 'pause' command cannot be performed");
    });
}

TEST(OctoPrintApi, TellsAPrinterError) {
    play({}, [](FakePrinter& printer) -> Awaitable<void> {
        EXPECT_EQ((co_await get(printer, "/api/printer/error")).json(), json::parse(R"({"error":"","reason":""})"));
        co_await post(printer, "/fake/state", R"({"state":"error","error":"Thermal Runaway"})");
        co_await post(printer, "/fake/state", R"({"advance_s":1})");
        EXPECT_EQ((co_await get(printer, "/api/job")).json().at("state"), "Offline after error");
        EXPECT_EQ((co_await get(printer, "/api/printer/error")).json().at("error"), "Thermal Runaway");
        EXPECT_EQ((co_await get(printer, "/api/printer")).status(), 409U);
    });
}

TEST(OctoPrintApi, TellsSettings) {
    FakePrinterOptions options;
    options.name = "Prusa 3";
    play(options, [](FakePrinter& printer) -> Awaitable<void> {
        co_await post(printer, "/fake/state", R"({"webcam":"absolute"})");
        const auto settings = (co_await get(printer, "/api/settings")).json();
        EXPECT_EQ(settings.at("appearance").at("name"), "Prusa 3");
        EXPECT_EQ(settings.at("webcam").at("streamUrl"), "http://printer.test:5000/?action=stream");
    });
}

}  // namespace
}  // namespace karmen::fake::test
