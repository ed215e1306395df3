#include "printers/dialects.hpp"

#include "net/test_server.hpp"
#include "runtime/loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

namespace karmen::printers {
namespace {

/// Nothing is sent.
class NoSteps final : public PrintSteps {
  public:
    Awaitable<void> on_sending(std::string, std::optional<FileRecord>) override {
        ADD_FAILURE();
        co_return;
    }
    Awaitable<void> on_starting() override {
        ADD_FAILURE();
        co_return;
    }
};

class DialectsTest : public ::testing::Test {
  protected:
    template <class T>
    T run(Awaitable<T> call) {
        return loop_.run_until_done(std::move(call));
    }
    PrinterAddress printer(const std::string& dialect) const { return {.host = server_.host(), .dialect = dialect}; }

    std::atomic<int> asked_ = 0;
    net::testing::TestServer server_{[this](net::testing::TestConnection& connection) {
        if (connection.read_request().head.empty()) return;
        ++asked_;
        connection.answer(200, R"({"api":"0.1","server":"1.11.8","text":"OctoPrint 1.11.8"})");
    }};
    Loop loop_;
    Log log_ = Log::silent();
    Pool pool_{"blocking", 1, 10};
    net::HttpClient http_{loop_.executor(), pool_, {}, log_};
    Dialects dialects_{loop_.executor(), http_, {}};
};

TEST_F(DialectsTest, OctoPrintIsAskedAsOctoPrint) {
    const SniffedServer seen = run(dialects_.sniff(printer("octoprint")));
    EXPECT_TRUE(seen.connected);
    EXPECT_EQ(seen.version.text, "OctoPrint 1.11.8");
    EXPECT_EQ(PrinterAddress{}.dialect, "octoprint");
    EXPECT_GT(asked_, 0);
}

TEST_F(DialectsTest, AServerOfAnotherDialectIsNeverAsked) {
    const PrinterAddress other = printer("moonraker");
    const SniffedServer seen = run(dialects_.sniff(other));
    EXPECT_FALSE(seen.connected);
    EXPECT_EQ(seen.obstacle.state, PrinterState::kOtherServer);
    EXPECT_EQ(run(dialects_.status(other)).value, seen.obstacle);
    EXPECT_EQ(run(dialects_.webcam(other)).value.stream, std::nullopt);
    EXPECT_FALSE(run(dialects_.job(other)).value.responded);
    const CommandOutcome refused{CommandOutcome::Result::kRefused, seen.obstacle.reason};
    EXPECT_EQ(run(dialects_.connect(other)).value, refused);
    EXPECT_EQ(run(dialects_.disconnect(other)).value, refused);
    EXPECT_EQ(run(dialects_.command_job(other, JobCommand::kCancel)).value, refused);
    NoSteps steps;
    EXPECT_EQ(run(dialects_.file_record(other, "a.gcode")), std::nullopt);
    EXPECT_EQ(run(dialects_.print(other, {.file = {}, .name = "a.gcode"}, steps)).value.result,
              PrintOutcome::Result::kRefused);
    EXPECT_EQ(asked_, 0);
}

TEST(UnspokenHint, NamesServersThatKarmenCannotUse) {
    EXPECT_EQ(unspoken_hint({}), "");
    EXPECT_EQ(unspoken_hint({.version = {.text = "OctoPrint 1.11.8"}}), "");
    EXPECT_EQ(unspoken_hint({.version = {.text = "OctoPrint (Moonraker v0.8)"}}), kMoonrakerHint);
    EXPECT_NE(unspoken_hint({.name = "moonraker"}), "");
}

}  // namespace
}  // namespace karmen::printers
