#include "fake/fake_printer.hpp"

#include "base/text.hpp"
#include "fake/wire_client_test.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace karmen::fake::test {
namespace {

namespace json = boost::json;

/// A printer with one fault that is on from the start.
FakePrinterOptions with_fault(std::string_view fault) {
    FakePrinterOptions options;
    options.faults.push_back(parse_fault(fault).value());
    return options;
}

FakePrinterOptions release(int major, int minor, int patch) {
    FakePrinterOptions options;
    options.version = {major, minor, patch};
    return options;
}

TEST(FakePrinter, KeepsTheConnectionInNewReleases) {
    play({}, [](FakePrinter& printer) -> Awaitable<void> {
        Socket socket = co_await connect(printer);
        co_await send(socket, "GET /api/job HTTP/1.1\r\nHost: h\r\nX-Api-Key: fake-api-key\r\n\r\n" +
                                  request("GET", "/api/version"));
        const Answer answers = co_await read_to_end(socket);
        EXPECT_NE(answers.raw.find("\"job\""), std::string::npos);
        EXPECT_NE(answers.raw.find("\"api\""), std::string::npos);
    });
}

TEST(FakePrinter, ClosesWithoutAWordInOldReleases) {
    play(release(1, 9, 3), [](FakePrinter& printer) -> Awaitable<void> {
        const Answer answer =
            co_await ask(printer, "GET /api/version HTTP/1.1\r\nHost: h\r\nX-Api-Key: fake-api-key\r\n\r\n");
        EXPECT_EQ(answer.status(), 200U);
        EXPECT_EQ(answer.header("Connection"), "");
        EXPECT_EQ(answer.json().at("server"), "1.9.3");
        EXPECT_EQ((co_await get(printer, "/api/version")).header("Connection"), "close");
    });
}

TEST(FakePrinter, HangsWithoutHinderingOthers) {
    play(with_fault("hang@/api/job"), [](FakePrinter& printer) -> Awaitable<void> {
        Socket socket = co_await connect(printer);
        co_await send(socket, request("GET", "/api/job"));
        co_await wait_for(printer, "/requests/GET ~1api~1job", 1);
        EXPECT_EQ((co_await get(printer, "/api/version")).status(), 200U);
        EXPECT_EQ(socket.available(), 0U);
    });
}

TEST(FakePrinter, DelaysAnswers) {
    play(with_fault("slow=1"), [](FakePrinter& printer) -> Awaitable<void> {
        EXPECT_EQ((co_await get(printer, "/api/version")).status(), 200U);
    });
}

TEST(FakePrinter, DripsAnswers) {
    play(with_fault("drip=100000"), [](FakePrinter& printer) -> Awaitable<void> {
        EXPECT_EQ((co_await get(printer, "/api/version")).json().at("api"), "0.1");
    });
}

TEST(FakePrinter, TakesUploadsSlowly) {
    play(with_fault("drip=1000000@/api/files"), [](FakePrinter& printer) -> Awaitable<void> {
        const Answer answer = co_await upload(printer, {file_part("a.gcode", std::string(150'000, 'G'))});
        EXPECT_EQ(answer.status(), 201U);
        EXPECT_EQ((co_await get(printer, "/fake/state")).json().at("files").at(0).at("size"), 150'000);
    });
}

TEST(FakePrinter, ResetsInTheMiddleOfAnAnswer) {
    play(with_fault("reset"), [](FakePrinter& printer) -> Awaitable<void> {
        const Answer answer = co_await get(printer, "/api/version");
        EXPECT_TRUE(answer.was_reset);
        EXPECT_EQ(answer.status(), 200U);
        EXPECT_LT(answer.body().size(), static_cast<std::size_t>(parse_int(answer.header("Content-Length")).value()));
    });
}

TEST(FakePrinter, ResetsInTheMiddleOfAnUpload) {
    play(with_fault("reset"), [](FakePrinter& printer) -> Awaitable<void> {
        Socket socket = co_await connect(printer);
        const std::string whole = upload_request({file_part("a.gcode", std::string(100'000, 'G'))});
        co_await send(socket, whole.substr(0, whole.size() - 1000));
        const Answer answer = co_await read_to_end(socket);
        EXPECT_TRUE(answer.was_reset);
        EXPECT_EQ(answer.raw, "");
        EXPECT_TRUE((co_await get(printer, "/fake/state")).json().at("files").as_array().empty());
    });
}

TEST(FakePrinter, ClosesWithoutAnAnswer) {
    play(with_fault("silent_close"), [](FakePrinter& printer) -> Awaitable<void> {
        const Answer answer = co_await get(printer, "/api/version");
        EXPECT_EQ(answer.raw, "");
        EXPECT_FALSE(answer.was_reset);
    });
}

TEST(FakePrinter, AnswersAsAServerThatStarts) {
    play(with_fault("starting"), [](FakePrinter& printer) -> Awaitable<void> {
        EXPECT_EQ((co_await get(printer, "/api/version")).raw, "Not found");
        EXPECT_EQ((co_await get(printer, "/")).status(), 200U);
        const Answer answer = co_await post(printer, "/api/job", "{}");
        EXPECT_TRUE(answer.raw.starts_with("HTTP/1.0 501 Unsupported method ('POST')\r\n")) << answer.raw;
    });
}

TEST(FakePrinter, AnswersWithBrokenBodies) {
    play(with_fault("garbage_json"), [](FakePrinter& printer) -> Awaitable<void> {
        const Answer answer = co_await get(printer, "/api/version");
        EXPECT_EQ(answer.header("Content-Type"), "application/json");
        EXPECT_THROW(answer.json(), boost::system::system_error);
    });
    play(with_fault("truncated_json"), [](FakePrinter& printer) -> Awaitable<void> {
        const Answer answer = co_await get(printer, "/api/version");
        EXPECT_EQ(answer.header("Content-Length"), std::to_string(answer.body().size()));
        EXPECT_TRUE(answer.body().starts_with("{"));
        EXPECT_THROW(answer.json(), boost::system::system_error);
    });
    play(with_fault("invalid_utf8"), [](FakePrinter& printer) -> Awaitable<void> {
        const Answer answer = co_await get(printer, "/api/job");
        EXPECT_FALSE(is_valid_utf8(answer.body()));
        EXPECT_TRUE(answer.body().starts_with("{"));
    });
    play(with_fault("wrong_content_type"), [](FakePrinter& printer) -> Awaitable<void> {
        const Answer answer = co_await get(printer, "/api/version");
        EXPECT_EQ(answer.header("Content-Type"), "text/html; charset=UTF-8");
        EXPECT_EQ(answer.json().at("api"), "0.1");
    });
}

TEST(FakePrinter, AnswersHugely) {
    play(with_fault("huge=3000000"), [](FakePrinter& printer) -> Awaitable<void> {
        EXPECT_GT((co_await get(printer, "/api/version")).body().size(), 3'000'000U);
    });
}

TEST(FakePrinter, AnswersWithWrongStatuses) {
    play(with_fault("500"), [](FakePrinter& printer) -> Awaitable<void> {
        EXPECT_EQ((co_await get(printer, "/api/version")).status(), 500U);
    });
    play(with_fault("409"), [](FakePrinter& printer) -> Awaitable<void> {
        EXPECT_EQ((co_await get(printer, "/api/job")).error(), "Printer is not operational");
    });
    play(with_fault("403"), [](FakePrinter& printer) -> Awaitable<void> {
        EXPECT_EQ((co_await get(printer, "/api/job")).status(), 403U);
    });
    play(with_fault("redirect"), [](FakePrinter& printer) -> Awaitable<void> {
        const Answer answer = co_await get(printer, "/api/job");
        EXPECT_EQ(answer.status(), 302U);
        EXPECT_EQ(answer.header("Location"), "http://127.0.0.1:1/elsewhere");
    });
    play(with_fault("503"), [](FakePrinter& printer) -> Awaitable<void> {
        const Answer answer = co_await get(printer, "/webcam/?action=stream");
        EXPECT_TRUE(answer.raw.starts_with("HTTP/1.0 503 Service Unavailable\r\ncache-control: no-cache\r\n"));
        EXPECT_EQ(answer.header("content-type"), "text/html");
    });
}

TEST(FakePrinter, StoresWithoutPrintingOnDemand) {
    play(with_fault("effective_print_false"), [](FakePrinter& printer) -> Awaitable<void> {
        const Answer answer = co_await upload(printer, {file_part("a.gcode", "G28"), {"name=\"print\"", "true"}});
        EXPECT_EQ(answer.status(), 201U);
        EXPECT_EQ(answer.json().at("effectivePrint"), false);
        EXPECT_EQ((co_await get(printer, "/fake/state")).json().at("state"), "Operational");
    });
}

TEST(FakePrinter, AnswersOneAfterTheOther) {
    play(with_fault("single_threaded"), [](FakePrinter& printer) -> Awaitable<void> {
        co_await post(printer, "/fake/fault", R"({"fault":"hang","path":"/api/job","count":1})");
        Socket first = co_await connect(printer);
        co_await send(first, request("GET", "/api/job"));
        co_await wait_for(printer, "/requests/GET ~1api~1job", 1);
        Socket second = co_await connect(printer);
        co_await send(second, request("GET", "/api/version"));
        co_await wait_for(printer, "/requests/GET ~1api~1version", 1);
        EXPECT_EQ(second.available(), 0U);
        first.close();
        EXPECT_EQ((co_await read_to_end(second)).status(), 200U);
    });
}

TEST(FakePrinter, SwitchesFaultsAtRunTime) {
    play({}, [](FakePrinter& printer) -> Awaitable<void> {
        co_await post(printer, "/fake/fault", R"({"fault":"500","path":"/api/job"})");
        EXPECT_EQ((co_await get(printer, "/api/job")).status(), 500U);
        EXPECT_EQ((co_await get(printer, "/api/version")).status(), 200U);
        const Answer cleared = co_await ask(printer, bare_request("DELETE", "/fake/fault"));
        EXPECT_EQ(cleared.json().at("faults"), json::array());
        EXPECT_EQ((co_await get(printer, "/api/job")).status(), 200U);
        co_await post(printer, "/fake/fault", R"({"fault":"500","count":1})");
        EXPECT_EQ((co_await get(printer, "/api/job")).status(), 500U);
        EXPECT_EQ((co_await get(printer, "/api/job")).status(), 200U);
    });
}

TEST(FakePrinter, RefusesOrdersThatItDoesNotUnderstand) {
    play({}, [](FakePrinter& printer) -> Awaitable<void> {
        EXPECT_EQ((co_await post(printer, "/fake/fault", R"({"fault":"fire"})")).status(), 400U);
        EXPECT_EQ((co_await post(printer, "/fake/fault", R"({"fault":"slow","amount":-1})")).status(), 400U);
        EXPECT_EQ((co_await post(printer, "/fake/state", R"({"stat":"error"})")).status(), 400U);
        EXPECT_EQ((co_await post(printer, "/fake/state", R"({"state":"melting"})")).status(), 400U);
        EXPECT_EQ((co_await post(printer, "/fake/state", R"({"state":"paused"})")).status(), 409U);
        EXPECT_EQ((co_await post(printer, "/fake/state", R"({"webcam":"broken"})")).status(), 400U);
        for (const char* speed : {"-1", "1000001", "1e300"})
            EXPECT_EQ((co_await post(printer, "/fake/state", fmt::format(R"({{"speed":{}}})", speed))).status(), 400U);
        EXPECT_EQ((co_await post(printer, "/fake/state", "[")).status(), 400U);
        EXPECT_EQ((co_await get(printer, "/fake/other")).status(), 404U);
    });
}

TEST(FakePrinter, IsPutIntoStates) {
    play({}, [](FakePrinter& printer) -> Awaitable<void> {
        co_await post(printer, "/fake/state", R"({"state":"connecting","advance_s":100})");
        EXPECT_EQ((co_await get(printer, "/api/connection")).json().at("current").at("state"), "Connecting");
        co_await post(printer, "/fake/state", R"({"state":"disconnect"})");
        EXPECT_EQ((co_await get(printer, "/api/job")).json().at("state"), "Offline");
        co_await post(printer, "/fake/state", R"({"state":"connect"})");
        EXPECT_EQ((co_await get(printer, "/api/printer")).status(), 200U);
    });
}

TEST(FakePrinter, HashesWhatArrives) {
    play({}, [](FakePrinter& printer) -> Awaitable<void> {
        co_await upload(printer, {file_part("a.gcode", std::string(1'000'000, 'a'))});
        const auto file = (co_await get(printer, "/fake/state")).json().at("files").at(0);
        // The well-known test vectors of a million times `a`.
        EXPECT_EQ(file.at("sha1"), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
        EXPECT_EQ(file.at("sha256"), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    });
}

TEST(FakePrinter, StoresNothingOfAnAbortedUpload) {
    play({}, [](FakePrinter& printer) -> Awaitable<void> {
        {
            Socket socket = co_await connect(printer);
            const std::string whole = upload_request({file_part("a.gcode", std::string(100'000, 'G'))});
            co_await send(socket, whole.substr(0, whole.size() / 2));
        }
        co_await wait_for(printer, "/abortedUploads", 1);
        EXPECT_TRUE((co_await get(printer, "/fake/state")).json().at("files").as_array().empty());
    });
}

std::string unclosed_upload() {
    const std::string body =
        "--limit\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.gcode\"\r\n\r\nG28";
    return request("POST", "/api/files/local", body, {"Content-Type: multipart/form-data; boundary=limit"});
}

TEST(FakePrinter, RefusesMalformedUploads) {
    play({}, [](FakePrinter& printer) -> Awaitable<void> {
        const Answer answer = co_await ask(printer, unclosed_upload());
        EXPECT_EQ(answer.status(), 400U);
        EXPECT_TRUE(answer.header("Content-Type").starts_with("text/html"));
        const auto not_multipart = request("POST", "/api/files/local", "x", {"Content-Type: text/plain"});
        EXPECT_EQ((co_await ask(printer, not_multipart)).status(), 400U);
        EXPECT_EQ((co_await get(printer, "/fake/state")).json().at("abortedUploads"), 0);
    });
}

TEST(FakePrinter, HangsForAllAfterAMalformedUploadInOldReleases) {
    play(release(1, 10, 3), [](FakePrinter& printer) -> Awaitable<void> {
        Socket first = co_await connect(printer);
        co_await send(first, unclosed_upload());
        co_await wait_for(printer, "/faults/0/fault", "hang");
        Socket second = co_await connect(printer);
        co_await send(second, request("GET", "/api/version"));
        co_await wait_for(printer, "/requests/GET ~1api~1version", 1);
        EXPECT_EQ(first.available(), 0U);
        EXPECT_EQ(second.available(), 0U);
    });
}

TEST(FakePrinter, ShowsItsWebcam) {
    FakePrinterOptions options;
    options.frames_per_second = 100;
    play(options, [](FakePrinter& printer) -> Awaitable<void> {
        const Answer picture = co_await ask(printer, bare_request("GET", "/webcam/?action=snapshot"));
        EXPECT_EQ(picture.header("Content-Type"), "image/jpeg");
        EXPECT_TRUE(picture.body().starts_with("\xff\xd8\xff"));
        EXPECT_EQ((co_await get(printer, "/?action=snapshot")).status(), 200U);
        EXPECT_EQ((co_await get(printer, "/?action=other")).status(), 404U);

        Socket viewer = co_await connect(printer);
        co_await send(viewer, bare_request("GET", "/?action=stream"));
        const std::string head = co_await read_until(viewer, "\r\n\r\n");
        EXPECT_TRUE(head.starts_with("HTTP/1.0 200 OK\r\n"));
        EXPECT_NE(head.find("Content-Type: multipart/x-mixed-replace;boundary=boundarydonotcross\r\n"),
                  std::string::npos);
        co_await wait_for(printer, "/webcamViewers", 1);
        for (int part = 0; part < 2; ++part) {
            const std::string bytes = co_await read_until(viewer, "\r\n--boundarydonotcross\r\n");
            EXPECT_NE(bytes.find("\xff\xd9\r\n--boundarydonotcross\r\n"), std::string::npos);
        }
        viewer.close();
        co_await wait_for(printer, "/webcamViewers", 0);
    });
}

TEST(FakePrinter, StopsInTheMiddleOfEverything) {
    play(with_fault("hang@/api/job"), [](FakePrinter& printer) -> Awaitable<void> {
        std::vector<Socket> open;
        for (const auto* target : {"/api/job", "/?action=stream"}) {
            open.push_back(co_await connect(printer));
            co_await send(open.back(), request("GET", target));
        }
        co_await wait_for(printer, "/requests/GET ~1api~1job", 1);
        co_await wait_for(printer, "/webcamViewers", 1);
        co_await printer.stop();
        EXPECT_EQ((co_await read_to_end(open[0])).raw, "");
        EXPECT_NE((co_await read_to_end(open[1])).raw, "");
    });
}

}  // namespace
}  // namespace karmen::fake::test
