#include "services/webcams.hpp"

#include "events/test_bench.hpp"
#include "fleet/test_printer_api.hpp"

namespace karmen::services {
namespace {

constexpr const char* kHost = "127.0.0.1:5000";

class WebcamsTest : public events::ServiceTest {
  public:
    using Scenario = Awaitable<void> (*)(WebcamsTest&);

    /// With one printer in the list.
    void play(Scenario scenario) { run(run_then_stop(run_then_stop(add_and_play(scenario), webcams), monitor)); }

    storage::PrinterRepository rows{*database};
    fleet::ScriptedPrinterApi api{loop.executor()};
    fleet::ScriptedPrinterApi::Script& script = api.at(kHost);
    fleet::NoOtherProcesses exchange;
    fleet::PrinterMonitor monitor{loop.executor(), {api, rows, exchange, blocking, log, changes}, fleet::kPatient};
    Printers printers{{rows, api, monitor, exchange, lists, blocking, changes}};
    net::HttpClient client{loop.executor(), file_work, {}, log};
    Webcams webcams{loop.executor(), client, printers, blocking, log, {}, {}};

  private:
    Awaitable<void> add_and_play(Scenario scenario) {
        co_await printers.add({.host = kHost, .name = "Prusa"});
        co_await scenario(*this);
    }
};

using Self = WebcamsTest;

TEST_F(WebcamsTest, APrinterWithoutAWebcamHasNone) {
    play([](Self& t) -> Awaitable<void> {
        EXPECT_EQ(co_await code_of(t.webcams.require(kHost)), ErrorCode::kWebcamNotAvailable);
        EXPECT_EQ(co_await code_of(t.webcams.watch(kHost)), ErrorCode::kWebcamNotAvailable);
    });
}

TEST_F(WebcamsTest, APrinterThatDoesNotAnswerMayHaveOne) {
    script.webcam.message = kWebcamNotAccessible;
    play([](Self& t) -> Awaitable<void> {
        EXPECT_EQ(co_await code_of(t.webcams.require(kHost)), ErrorCode::kWebcamFailed);
        EXPECT_EQ(co_await code_of(t.webcams.watch(kHost)), ErrorCode::kWebcamFailed);
    });
}

TEST_F(WebcamsTest, IsOfPrintersInTheListOnly) {
    play([](Self& t) -> Awaitable<void> {
        EXPECT_EQ(co_await code_of(t.webcams.require("127.0.0.1:5001")), ErrorCode::kPrinterNotFound);
        EXPECT_EQ(co_await code_of(t.webcams.watch("127.0.0.1:5001")), ErrorCode::kPrinterNotFound);
    });
}

TEST_F(WebcamsTest, WatchesWhereThePrinterSaysAndNowhereElse) {
    script.webcam = {.message = std::string(kWebcamOk),
                     .stream = WebcamStream{.address = {"http://127.0.0.2:1/stream"}}};
    play([](Self& t) -> Awaitable<void> {
        EXPECT_EQ(co_await code_of(t.webcams.require(kHost)), std::nullopt);
        EXPECT_EQ(co_await code_of(t.webcams.watch(kHost)), ErrorCode::kWebcamNotAvailable);
    });
}

}  // namespace
}  // namespace karmen::services
