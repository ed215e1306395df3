#include "webcam/relay.hpp"

#include "net/test_cancel.hpp"
#include "runtime/loop.hpp"
#include "runtime/task_group.hpp"
#include "webcam/test_camera.hpp"

#include <gmock/gmock.h>

#include <exception>
#include <vector>

namespace karmen::webcam {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kHost = "127.0.0.1:5000";

struct RelayTest : ::testing::Test {
    using Scenario = Awaitable<void> (*)(RelayTest&);

    /// Runs the scenario and stops the relay, also when the scenario fails.
    void play(Scenario scenario) { loop.run_until_done(play_and_stop(*this, scenario)); }

    /// A camera that behaves like that, and where the printer's webcam is.
    void place(TestServer::Script script) {
        camera = std::make_unique<TestServer>(std::move(script));
        source.url = camera->url("/webcam/?action=stream");
    }

    Relay& relay() {
        if (!relay_) relay_ = std::make_unique<Relay>(loop.executor(), client, source, log, options);
        return *relay_;
    }

    void begin_again() { relay_.reset(); }

    Loop loop;
    Log log = Log::silent();
    Pool pool{"blocking", 1, 10};
    net::HttpClient client{loop.executor(), pool, {}, log};
    TestSource source;
    /// Nothing runs out unless a test wants it.
    RelayOptions options{.connect_timeout = 60s,
                         .idle_timeout = 60s,
                         .linger = 60s,
                         .outage_max = 60s,
                         .retry_min = 1ms,
                         .retry_max = 5ms,
                         .source_check_interval = 60s};
    std::unique_ptr<TestServer> camera;

  private:
    static Awaitable<void> play_and_stop(RelayTest& t, Scenario scenario) {
        std::exception_ptr error;
        try {
            co_await scenario(t);
        } catch (...) {
            error = std::current_exception();
        }
        co_await t.relay().stop();
        if (error) std::rethrow_exception(error);
    }

    std::unique_ptr<Relay> relay_;
};

/// The error code of an attempt to watch; nullopt if it succeeds.
Awaitable<std::optional<ErrorCode>> refusal(Relay& relay, std::string host = kHost) {
    try {
        co_await relay.watch(std::move(host));
    } catch (const Error& error) {
        co_return error.code();
    }
    co_return std::nullopt;
}

/// The text of the next picture; empty at the end.
Awaitable<std::string> next_text(Viewer& viewer) {
    const PartPtr part = co_await viewer.next();
    if (!part) co_return "";
    const std::size_t begin = part->find("\xff\xd8") + 2;
    co_return part->substr(begin, part->rfind("\xff\xd9") - begin);
}

Awaitable<void> until_text(Viewer& viewer, std::string prefix) {
    while (!(co_await next_text(viewer)).starts_with(prefix)) continue;
}

Awaitable<void> until_the_end(Viewer& viewer) {
    while (co_await viewer.next()) continue;
}

TEST_F(RelayTest, OneConnectionServesAllViewers) {
    place(send_pictures);
    play([](RelayTest& t) -> Awaitable<void> {
        std::vector<Viewer> viewers;
        for (int i = 0; i < 50; ++i) viewers.push_back(co_await t.relay().watch(kHost));
        for (int round = 0; round < 3; ++round)
            for (Viewer& viewer : viewers) EXPECT_THAT(co_await next_text(viewer), StartsWith("c0p"));
        EXPECT_EQ(t.camera->connections(), 1U);
        EXPECT_EQ(t.source.asked, 1);
    });
}

TEST_F(RelayTest, ManyWhoComeAtTheSameTimeShareTheFirstConnection) {
    place(send_pictures);
    play([](RelayTest& t) -> Awaitable<void> {
        TaskGroup group(t.loop.executor(), t.log, "viewers");
        int watched = 0;
        const auto watch = [](RelayTest& test, int& count) -> Awaitable<void> {
            Viewer viewer = co_await test.relay().watch(kHost);
            count += co_await viewer.next() != nullptr;
        };
        for (int i = 0; i < 20; ++i) group.spawn(watch(t, watched));
        co_await group.join();
        EXPECT_EQ(watched, 20);
        EXPECT_EQ(t.camera->connections(), 1U);
    });
}

TEST_F(RelayTest, SendsPartsAsBrowsersShowThem) {
    place(sending(std::string(kStreamHead) + part("one")));
    play([](RelayTest& t) -> Awaitable<void> {
        Viewer viewer = co_await t.relay().watch(kHost);
        const std::string first = t.relay().first_bytes();
        EXPECT_EQ(t.relay().content_type(),
                  "multipart/x-mixed-replace;boundary=" + first.substr(2, first.find("\r\n") - 2));
        EXPECT_EQ(*co_await viewer.next(), picture("one") + "\r\n" + first)
            << "the next part's header shows this picture";
        EXPECT_THAT(first, EndsWith("\r\nContent-Type: image/jpeg\r\n\r\n"));
    });
}

TEST_F(RelayTest, CallsEveryPictureAJpegWhateverTheCameraSays) {
    place(
        sending(std::string(kStreamHead) + "Content-Type: text/html\r\n\r\n" + picture("<script>") + "\r\n--cam\r\n"));
    play([](RelayTest& t) -> Awaitable<void> {
        Viewer viewer = co_await t.relay().watch(kHost);
        EXPECT_THAT(*co_await viewer.next(), Not(HasSubstr("text/html")));
    });
}

TEST_F(RelayTest, ANewViewerGetsTheLastPictureAtOnce) {
    place(sending(std::string(kStreamHead) + part("only")));
    play([](RelayTest& t) -> Awaitable<void> {
        Viewer first = co_await t.relay().watch(kHost);
        Viewer second = co_await t.relay().watch(kHost);
        const PartPtr shown = co_await first.next();
        EXPECT_EQ(co_await second.next(), shown) << "the same bytes, not a copy";
    });
}

TEST_F(RelayTest, ASlowViewerSkipsPicturesAndHoldsNone) {
    place(send_pictures);
    play([](RelayTest& t) -> Awaitable<void> {
        Viewer slow = co_await t.relay().watch(kHost);
        Viewer fast = co_await t.relay().watch(kHost);
        co_await slow.next();
        std::vector<std::weak_ptr<const std::string>> seen;
        for (int i = 0; i < 20; ++i) seen.push_back(co_await fast.next());
        const PartPtr newest = co_await fast.next();
        EXPECT_EQ(co_await slow.next(), newest);
        for (const auto& old : seen) EXPECT_TRUE(old.expired());
    });
}

TEST_F(RelayTest, LetsGoOfTheCameraAfterTheLastViewer) {
    place(send_pictures);
    options.linger = 20ms;
    play([](RelayTest& t) -> Awaitable<void> {
        {
            Viewer first = co_await t.relay().watch(kHost);
            {
                Viewer second = co_await t.relay().watch(kHost);
            }
            co_await sleep_for(100ms);
            EXPECT_NE(co_await next_text(first), "");
            EXPECT_EQ(t.camera->open_connections(), 1U);
        }
        co_await until([&t] { return t.camera->open_connections() == 0; });
        Viewer later = co_await t.relay().watch(kHost);
        EXPECT_THAT(co_await next_text(later), StartsWith("c1p"));
    });
}

TEST_F(RelayTest, StaysConnectedForWhoComesBackSoon) {
    place(send_pictures);
    play([](RelayTest& t) -> Awaitable<void> {
        for (int i = 0; i < 3; ++i) {
            Viewer viewer = co_await t.relay().watch(kHost);
            EXPECT_THAT(co_await next_text(viewer), StartsWith("c0p"));
        }
        EXPECT_EQ(t.camera->connections(), 1U);
    });
}

TEST_F(RelayTest, StaysConnectedAlsoForWhoIsGoneAtOnce) {
    place(send_pictures);
    play([](RelayTest& t) -> Awaitable<void> {
        for (int i = 0; i < 3; ++i) {
            co_await t.relay().watch(kHost);
            co_await sleep_for(1ms);  // the relay notices that nobody is there
        }
        EXPECT_EQ(t.camera->connections(), 1U);
    });
}

TEST_F(RelayTest, ConnectsAgainWhenTheCameraBreaksOff) {
    place([](TestConnection& connection) {
        if (connection.number >= 3) return send_pictures(connection);
        connection.read_request();
        connection.write(kStreamHead);
        connection.write(part("c" + std::to_string(connection.number)));
        if (connection.number == 1) connection.reset_at_close();
        if (connection.number == 2) connection.write("Content-Length: 99999999999\r\n\r\n");
    });
    play([](RelayTest& t) -> Awaitable<void> {
        Viewer viewer = co_await t.relay().watch(kHost);
        Viewer other = co_await t.relay().watch(kHost);
        co_await until_text(viewer, "c3p");
        co_await until_text(other, "c3p");
    });
}

TEST_F(RelayTest, ConnectsAgainWhenTheCameraHangs) {
    place([](TestConnection& connection) {
        if (connection.number == 1) return send_pictures(connection);
        connection.read_request();
        connection.write(std::string(kStreamHead) + part("last words"));
        connection.wait_for_close();
    });
    options.idle_timeout = 50ms;
    play([](RelayTest& t) -> Awaitable<void> {
        Viewer viewer = co_await t.relay().watch(kHost);
        co_await until_text(viewer, "c1p");
    });
}

TEST_F(RelayTest, BytesThatNeverBecomeAPictureAreAHang) {
    place([](TestConnection& connection) {
        if (connection.number == 1) return send_pictures(connection);
        connection.read_request();
        connection.write(std::string(kStreamHead) + part("last words") + "Content-Length: 1000000\r\n\r\n\xff\xd8");
        while (!is_left(connection)) connection.write("x");
    });
    options.idle_timeout = 50ms;
    play([](RelayTest& t) -> Awaitable<void> {
        Viewer viewer = co_await t.relay().watch(kHost);
        co_await until_text(viewer, "c1p");
    });
}

TEST_F(RelayTest, ViewersLeaveACameraThatStaysAway) {
    place([](TestConnection& connection) {
        connection.read_request();
        if (connection.number == 0) connection.write(std::string(kStreamHead) + part("last words"));
    });
    options.outage_max = 50ms;
    play([](RelayTest& t) -> Awaitable<void> {
        Viewer viewer = co_await t.relay().watch(kHost);
        co_await until_the_end(viewer);
        EXPECT_GT(t.camera->connections(), 1U);
        EXPECT_EQ(co_await refusal(t.relay()), ErrorCode::kWebcamFailed) << "who comes now begins anew";
    });
}

TEST_F(RelayTest, IsRefusedByACameraWithoutPictures) {
    options.picture_bytes_max = 1000;
    options.idle_timeout = 50ms;
    options.connect_timeout = 5s;
    const std::string head(kStreamHead);
    for (const std::string& bytes :
         {std::string("garbage\r\n\r\n"), std::string("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"),
          std::string("HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 4\r\n\r\ntext"),
          std::string("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2/\r\nContent-Length: 0\r\n\r\n"),
          head + "Content-Length: 1001\r\n\r\n", head + "\r\n" + std::string(2000, 'x'), head + "-", head}) {
        place(sending(bytes));
        play([](RelayTest& t) -> Awaitable<void> { EXPECT_EQ(co_await refusal(t.relay()), ErrorCode::kWebcamFailed); });
        EXPECT_EQ(camera->connections(), 1U) << bytes;
        begin_again();
    }
}

TEST_F(RelayTest, IsRefusedByACameraThatIsNotThere) {
    source.url = "http://" + net::testing::closed_host() + "/";
    play([](RelayTest& t) -> Awaitable<void> {
        EXPECT_EQ(co_await refusal(t.relay()), ErrorCode::kWebcamFailed);
        t.place(send_pictures);
        EXPECT_EQ(co_await refusal(t.relay()), std::nullopt) << "each attempt is a new one";
    });
}

TEST_F(RelayTest, WaitsForACameraThatDoesNotAnswerNoLongerThanItsTime) {
    place([](TestConnection& connection) { connection.wait_for_close(); });
    options.connect_timeout = 50ms;
    play([](RelayTest& t) -> Awaitable<void> { EXPECT_EQ(co_await refusal(t.relay()), ErrorCode::kWebcamFailed); });
}

TEST_F(RelayTest, ConnectsToThePrintersOwnHostOnly) {
    place(send_pictures);
    play([](RelayTest& t) -> Awaitable<void> {
        EXPECT_EQ(co_await refusal(t.relay(), "127.0.0.2:5000"), ErrorCode::kWebcamNotAvailable);
        EXPECT_EQ(t.camera->connections(), 0U);
        t.source.url = "file:///etc/passwd";
        EXPECT_EQ(co_await refusal(t.relay()), ErrorCode::kWebcamNotAvailable);
    });
}

TEST_F(RelayTest, ConnectsWhereTheAdministratorAllowsIt) {
    place(send_pictures);
    options.hosts = printers::CameraHosts({"127.0.0.0/8"});
    play(
        [](RelayTest& t) -> Awaitable<void> { EXPECT_EQ(co_await refusal(t.relay(), "10.0.0.1:5000"), std::nullopt); });
}

TEST_F(RelayTest, TakesTheBoundaryFromAStreamThatDoesNotDeclareIt) {
    for (const std::string type : {"application/octet-stream", "multipart/x-mixed-replace", "video/x-motion-jpeg"}) {
        place(sending("HTTP/1.0 200 OK\r\nContent-Type: " + type + "\r\n\r\n--cam\r\n" + part("one")));
        play([](RelayTest& t) -> Awaitable<void> {
            Viewer viewer = co_await t.relay().watch(kHost);
            EXPECT_EQ(co_await next_text(viewer), "one");
        });
        begin_again();
    }
}

TEST_F(RelayTest, AsksAgainAndAgainForSinglePictures) {
    place([](TestConnection& connection) {
        connection.read_request();
        const std::string body = picture("s" + std::to_string(connection.number));
        connection.write("HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: " +
                         std::to_string(body.size()) + "\r\n\r\n" + body);
    });
    options.still_interval = 1ms;
    play([](RelayTest& t) -> Awaitable<void> {
        Viewer viewer = co_await t.relay().watch(kHost);
        EXPECT_EQ(co_await next_text(viewer), "s0");
        co_await until_text(viewer, "s3");
    });
}

TEST_F(RelayTest, TellsTheCameraItsPassword) {
    place([](TestConnection& connection) {
        const auto asked = connection.read_request();
        if (asked.header("Authorization") == "Basic dmlldzpzZWNyZXQ=") {
            connection.write(std::string(kStreamHead) + part("private"));
            return connection.wait_for_close();
        }
        connection.write(
            "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"cam\"\r\nContent-Length: 2\r\n"
            "Connection: close\r\n\r\nno");
    });
    play([](RelayTest& t) -> Awaitable<void> {
        EXPECT_EQ(co_await refusal(t.relay()), ErrorCode::kWebcamFailed);
        t.source.credentials = Credentials{"view", "secret"};
        Viewer viewer = co_await t.relay().watch(kHost);
        EXPECT_EQ(co_await next_text(viewer), "private");
    });
}

TEST_F(RelayTest, AnswersACameraThatWantsADigest) {
    place([](TestConnection& connection) {
        const auto asked = connection.read_request();
        if (asked.header("Authorization").starts_with("Digest username=\"view\"")) {
            connection.write(std::string(kStreamHead) + part("private"));
            return connection.wait_for_close();
        }
        connection.write(
            "HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm=\"cam\", nonce=\"1\", qop=\"auth\"\r\n"
            "Content-Length: 2\r\nConnection: close\r\n\r\nno");
    });
    source.credentials = Credentials{"view", "secret"};
    play([](RelayTest& t) -> Awaitable<void> {
        Viewer viewer = co_await t.relay().watch(kHost);
        EXPECT_EQ(co_await next_text(viewer), "private");
    });
}

TEST_F(RelayTest, APictureIsTheNewestOrTheNextOne) {
    place([](TestConnection& connection) {
        connection.read_request();
        connection.write(std::string(kStreamHead) + part("first"));
        connection.read_some();  // until the test asks for the next one, which takes the camera's place
    });
    play([](RelayTest& t) -> Awaitable<void> {
        const Picture first = co_await t.relay().picture(kHost, 60s);
        EXPECT_EQ(t.relay().picture_of(*first.part), picture("first"));
        const Picture again = co_await t.relay().picture(kHost, 60s);
        EXPECT_EQ(again.part, first.part);
        EXPECT_EQ(t.camera->connections(), 1U);
    });
    begin_again();
    place(send_pictures);
    play([](RelayTest& t) -> Awaitable<void> {
        const Picture first = co_await t.relay().picture(kHost, -1ms);
        const Picture next = co_await t.relay().picture(kHost, -1ms);
        EXPECT_NE(first.part, next.part);
    });
}

TEST_F(RelayTest, AnOldPictureOfACameraThatHangsIsNone) {
    place(sending(std::string(kStreamHead) + part("last words")));
    options.idle_timeout = 20ms;
    options.retry_min = 60s;
    options.retry_max = 60s;
    options.outage_max = 600s;
    play([](RelayTest& t) -> Awaitable<void> {
        Viewer viewer = co_await t.relay().watch(kHost);
        std::optional<ErrorCode> code;
        try {
            co_await t.relay().picture(kHost, -1ms);
        } catch (const Error& error) {
            code = error.code();
        }
        EXPECT_EQ(code, ErrorCode::kWebcamFailed);
    });
}

TEST_F(RelayTest, HasSoManyPlacesAndNoMore) {
    place(send_pictures);
    options.cameras_max = 1;
    options.viewers_max = 2;
    play([](RelayTest& t) -> Awaitable<void> {
        Viewer first = co_await t.relay().watch(kHost);
        {
            Viewer second = co_await t.relay().watch(kHost);
            EXPECT_EQ(co_await refusal(t.relay()), ErrorCode::kOverloaded);
        }
        EXPECT_EQ(co_await refusal(t.relay()), std::nullopt);
        EXPECT_EQ(co_await refusal(t.relay(), "127.0.0.1:5001"), ErrorCode::kOverloaded);
    });
}

TEST_F(RelayTest, SaysWhatTheSourceSays) {
    play([](RelayTest& t) -> Awaitable<void> {
        for (const auto code :
             {ErrorCode::kPrinterNotFound, ErrorCode::kWebcamNotAvailable, ErrorCode::kWebcamFailed}) {
            t.source.error = Error(code, PublicMessage{"no"});
            EXPECT_EQ(co_await refusal(t.relay()), code);
        }
    });
}

TEST_F(RelayTest, APrinterThatIsSilentKeepsItsWebcam) {
    place([](TestConnection& connection) {
        if (connection.number == 1) return send_pictures(connection);
        connection.read_request();
        connection.write(std::string(kStreamHead) + part("first"));
    });
    options.source_check_interval = 1ms;
    play([](RelayTest& t) -> Awaitable<void> {
        Viewer viewer = co_await t.relay().watch(kHost);
        t.source.error = Error(ErrorCode::kWebcamFailed, PublicMessage{"the printer does not answer"});
        co_await until_text(viewer, "c1p");
        const int asked = t.source.asked;
        co_await until([&] { return t.source.asked > asked + 5; });
        EXPECT_NE(co_await next_text(viewer), "");
    });
}

TEST_F(RelayTest, TheStreamEndsWhenThePrinterIsRemoved) {
    place(send_pictures);
    options.source_check_interval = 10ms;
    play([](RelayTest& t) -> Awaitable<void> {
        Viewer viewer = co_await t.relay().watch(kHost);
        t.source.error = Error(ErrorCode::kPrinterNotFound, PublicMessage{"gone"});
        co_await until_the_end(viewer);
        co_await until([&t] { return t.camera->open_connections() == 0; });
    });
}

TEST_F(RelayTest, TheStreamEndsWhenTheWebcamIsElsewhere) {
    place(send_pictures);
    options.source_check_interval = 10ms;
    play([](RelayTest& t) -> Awaitable<void> {
        Viewer viewer = co_await t.relay().watch(kHost);
        t.source.url = t.camera->url("/other");
        co_await until_the_end(viewer);
    });
}

TEST_F(RelayTest, ACameraThatIsSwitchedOffIsNotAskedAgain) {
    place([](TestConnection& connection) {
        connection.read_request();
        connection.write(std::string(kStreamHead) + part("last words"));
        connection.read_some();  // until the test has switched it off
    });
    play([](RelayTest& t) -> Awaitable<void> {
        Viewer viewer = co_await t.relay().watch(kHost);
        t.source.error = Error(ErrorCode::kWebcamNotAvailable, PublicMessage{"off"});
        t.camera.reset();
        co_await until_the_end(viewer);
        EXPECT_EQ(t.source.asked, 2);
    });
}

TEST_F(RelayTest, StopEndsAllStreams) {
    place(send_pictures);
    play([](RelayTest& t) -> Awaitable<void> {
        Viewer viewer = co_await t.relay().watch(kHost);
        co_await t.relay().stop();
        co_await until_the_end(viewer);
        EXPECT_EQ(co_await refusal(t.relay()), ErrorCode::kOverloaded);
        co_await until([&t] { return t.camera->open_connections() == 0; });
    });
}

Awaitable<void> watch_for_ever(Relay& relay) {
    Viewer viewer = co_await relay.watch(kHost);
    co_await until_the_end(viewer);
}

TEST_F(RelayTest, ViewersMayLeaveAtAnyMoment) {
    place(send_pictures);
    options.linger = 0ms;
    play([](RelayTest& t) -> Awaitable<void> {
        for (int steps = 0; steps < 60; ++steps) {
            TaskGroup group(t.loop.executor(), t.log, "viewer");
            group.spawn(watch_for_ever(t.relay()));
            co_await net::cancel_after(group, steps);
        }
        co_await until([&t] { return t.camera->open_connections() == 0; });
    });
}

TEST_F(RelayTest, MayBeStoppedAtAnyMoment) {
    place(send_pictures);
    for (int steps = 0; steps < 60; ++steps) {
        Relay stopped(loop.executor(), client, source, log, options);
        TaskGroup group(loop.executor(), log, "viewer");
        group.spawn(watch_for_ever(stopped));
        const auto stop = [](Relay& relay, TaskGroup& viewers, int after) -> Awaitable<void> {
            for (int i = 0; i < after; ++i) co_await boost::asio::post(boost::asio::use_awaitable);
            co_await relay.stop();
            co_await viewers.join();
        };
        loop.run_until_done(stop(stopped, group, steps));
    }
}

}  // namespace
}  // namespace karmen::webcam
