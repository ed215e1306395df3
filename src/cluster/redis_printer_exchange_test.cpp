#include "cluster/redis_printer_exchange.hpp"

#include "cluster/test_redis.hpp"
#include "fleet/test_printer_api.hpp"

namespace karmen::cluster {
namespace {

using fleet::PrinterMonitor;

constexpr const char* kHost = "10.0.0.1";

/// Two processes as far as printers are concerned.
class RedisPrinterExchangeTest : public ClusterTest {
  public:
    RedisPrinterExchangeTest() {
        host = kHost + (":" + std::to_string(1 + std::hash<std::string>{}(prefix) % 65'000));
        api.at(host).webcam = {.message = "OK",
                               .stream = WebcamStream{.address = {"http://" + host + "/webcam/?action=stream"}}};
        const Printer printer{
            .id = id,
            .host = host,
            .name = host,
            .client = {
                .version = api.at(host).server.version, .connected = true, .access_level = AccessLevel::kUnlocked}};
        rows.insert(printer);
        one.watch(printer);
        other.watch(printer);
    }

    using Scenario = Awaitable<void> (*)(RedisPrinterExchangeTest&);
    void play(Scenario scenario) { ClusterTest::play(scenario(*this)); }

    Awaitable<void> start() override {
        co_await ClusterTest::start();
        exchange_of_one.start(one);
        exchange_of_other.start(other);
        co_await until([&] { return exchange_of_one.is_listening() && exchange_of_other.is_listening(); });
    }
    Awaitable<void> stop() override {
        co_await one.stop();
        co_await other.stop();
        co_await exchange_of_one.stop();
        co_await exchange_of_other.stop();
        co_await ClusterTest::stop();
    }

    PrinterExchangeOptions options() { return {.key_prefix = prefix, .connection = connection}; }
    static fleet::PrinterMonitorOptions on_demand() {
        fleet::PrinterMonitorOptions result = fleet::kPatient;
        result.checks = fleet::PrinterChecks::kOnDemand;
        return result;
    }

    /// Until what was published has come to the other one.
    Awaitable<void> settle() {
        const int asked = api.at(host).statuses;
        for (const TestDeadline deadline;; deadline.check()) {
            redis::Arguments command{"EXISTS", prefix + "printer-claim:" + id.to_string()};
            if ((co_await this->command(std::move(command))).integer() == 0) break;
        }
        EXPECT_EQ(api.at(host).statuses, asked);
    }
    Awaitable<void> wait_until_other_sees(PrinterState state) {
        for (const TestDeadline deadline; (co_await other.snapshot(id)).status.state != state;)
            co_await wait_a_little(deadline);
    }
    Awaitable<redis::Reply> webcam_key() {
        redis::Arguments command{"GET", "webcam_" + id.to_string()};
        co_return co_await this->command(std::move(command));
    }

    std::string host;
    const Uuid id = Uuid::random();
    storage::PrinterRepository rows{*database};
    fleet::ScriptedPrinterApi api{loop.executor()};
    RedisPrinterExchange exchange_of_one{loop.executor(), client, options(), log};
    RedisPrinterExchange exchange_of_other{loop.executor(), client, options(), log};
    PrinterMonitor one{loop.executor(), {api, rows, exchange_of_one, blocking, log, changes}, on_demand()};
    PrinterMonitor other{loop.executor(), {api, rows, exchange_of_other, blocking, log, changes}, on_demand()};
};

using Self = RedisPrinterExchangeTest;

Awaitable<void> read_into(PrinterMonitor& monitor, Uuid id, std::vector<PrinterSnapshot>& seen) {
    seen.push_back(co_await monitor.snapshot(id));
}

TEST_F(RedisPrinterExchangeTest, OneQuestionServesBoth) {
    play([](Self& t) -> Awaitable<void> {
        t.api.hold(t.host);
        std::vector<PrinterSnapshot> seen;
        TaskGroup readers(t.loop.executor(), t.log, "readers");
        readers.spawn(read_into(t.one, t.id, seen));
        co_await until([&] { return t.api.at(t.host).waiting > 0; });
        readers.spawn(read_into(t.other, t.id, seen));
        EXPECT_FALSE((co_await t.exchange_of_other.claim(t.id)).has_value());
        t.api.release(t.host);
        co_await readers.join();
        EXPECT_EQ(seen.size(), 2U);
        EXPECT_EQ(seen.front().status, t.api.at(t.host).status);
        for (PrinterSnapshot& each : seen) each.age.reset();  // each was read at its own moment
        EXPECT_EQ(seen.front(), seen.back());
        EXPECT_EQ(t.api.at(t.host).statuses, 1);
    });
}

TEST_F(RedisPrinterExchangeTest, WhoHoldsTheClaimGetsItAgain) {
    play([](Self& t) -> Awaitable<void> {
        EXPECT_TRUE((co_await t.exchange_of_one.claim(t.id)).has_value());
        EXPECT_TRUE((co_await t.exchange_of_one.claim(t.id)).has_value());
        EXPECT_FALSE((co_await t.exchange_of_other.claim(t.id)).has_value());
    });
}

TEST_F(RedisPrinterExchangeTest, WhatWasSeenBeforeACommandIsNotShownAfterIt) {
    play([](Self& t) -> Awaitable<void> {
        const auto claim = co_await t.exchange_of_one.claim(t.id);
        t.one.invalidate(t.id);
        while ((co_await t.exchange_of_one.claim(t.id))->version == claim->version) {
        }
        co_await t.exchange_of_one.publish(t.id, t.host, *claim, {.status = invalid_data()});
        EXPECT_EQ((co_await t.other.snapshot(t.id)).status, t.api.at(t.host).status);
    });
}

TEST_F(RedisPrinterExchangeTest, WhoWaitsForAnAnswerThatIsOutOfDateAsksByItself) {
    play([](Self& t) -> Awaitable<void> {
        const auto claim = co_await t.exchange_of_one.claim(t.id);
        std::vector<PrinterSnapshot> seen;
        TaskGroup readers(t.loop.executor(), t.log, "readers");
        readers.spawn(read_into(t.other, t.id, seen));
        t.exchange_of_one.invalidate(t.id);
        while ((co_await t.exchange_of_one.claim(t.id))->version == claim->version) {
        }
        co_await t.exchange_of_one.publish(t.id, t.host, *claim, {.status = invalid_data()});
        co_await readers.join();
        EXPECT_EQ(seen.front().status, t.api.at(t.host).status);
    });
}

TEST_F(RedisPrinterExchangeTest, ACommandByOneMakesTheOtherAskAnew) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.other.snapshot(t.id);
        auto& script = t.api.at(t.host);
        script.status = {.state = PrinterState::kPrinting, .text = "Printing"};
        t.one.invalidate(t.id);
        co_await t.wait_until_other_sees(PrinterState::kPrinting);
        EXPECT_EQ(script.statuses, 2);
    });
}

TEST_F(RedisPrinterExchangeTest, TheAddressOfTheWebcamIsKeptForNginx) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.one.snapshot(t.id);
        co_await t.settle();
        EXPECT_EQ((co_await t.webcam_key()).text(), t.api.at(t.host).webcam.stream->address.url);

        t.api.at(t.host).webcam.stream->address.url = "https://" + t.host + "/webcam/?action=stream";
        t.one.invalidate(t.id);
        co_await t.one.snapshot(t.id);
        co_await t.settle();
        EXPECT_TRUE((co_await t.webcam_key()).is_null()) << "nginx looks at no certificate";

        t.api.at(t.host).webcam = {.message = std::string(kWebcamDisabled), .stream = std::nullopt};
        t.one.invalidate(t.id);
        co_await t.one.snapshot(t.id);
        co_await t.settle();
        EXPECT_TRUE((co_await t.webcam_key()).is_null());
    });
}

TEST_F(RedisPrinterExchangeTest, OneThatIsRemovedLeavesNothingBehind) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.one.snapshot(t.id);
        co_await t.settle();
        t.exchange_of_one.forget(t.id);
        while (!(co_await t.webcam_key()).is_null()) {
        }
        co_await t.wait_until_other_sees(PrinterState::kNotResponding);
    });
}

TEST_F(RedisPrinterExchangeTest, WhoStartsLaterLearnsWhatWasPublished) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.one.snapshot(t.id);
        co_await t.settle();
        t.other.forget(t.id);
        t.other.watch_exactly({t.rows.find(t.id).value()}, [](const std::string&) { return true; });
        PrinterSnapshot seen;
        for (const TestDeadline deadline; seen.status != t.api.at(t.host).status;) {
            co_await wait_a_little(deadline);
            seen = t.other.known({t.id}).at(0).with_age();
        }
        EXPECT_TRUE(seen.age.has_value());
        EXPECT_EQ(t.api.at(t.host).statuses, 1);
    });
}

TEST_F(RedisPrinterExchangeTest, NoPasswordOfACameraIsKept) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.one.snapshot(t.id);
        co_await t.settle();
        const auto is_kept = [&]() -> Awaitable<bool> {
            redis::Arguments command{"EXISTS", t.prefix + "printer-snapshot:" + t.id.to_string()};
            co_return (co_await t.command(std::move(command))).integer() == 1;
        };
        EXPECT_TRUE(co_await is_kept());
        t.api.at(t.host).webcam.stream->address.credentials = Credentials{"user", "secret"};
        t.one.invalidate(t.id);
        co_await t.one.snapshot(t.id);
        co_await t.settle();
        EXPECT_FALSE(co_await is_kept());
    });
}

TEST_F(RedisPrinterExchangeTest, WantedPrintersAreAskedByWhoChecksThem) {
    play([](Self& t) -> Awaitable<void> {
        fleet::PrinterMonitorOptions regular = fleet::kPatient;
        regular.status_age_max = std::chrono::milliseconds(0);
        RedisPrinterExchange exchange(t.loop.executor(), t.client, t.options(), t.log);
        PrinterMonitor worker(t.loop.executor(), {t.api, t.rows, exchange, t.blocking, t.log, t.changes}, regular);
        worker.watch(t.rows.find(t.id).value());
        exchange.start(worker);
        co_await until([&] { return exchange.is_listening(); });
        co_await worker.snapshot(t.id);
        const int asked = t.api.at(t.host).statuses;
        EXPECT_TRUE(co_await t.exchange_of_one.want({Uuid::random(), t.id}));
        co_await until([&] { return t.api.at(t.host).statuses > asked; });
        co_await worker.stop();
        co_await exchange.stop();
    });
}

TEST_F(RedisPrinterExchangeTest, WithoutRedisEachAsksByItself) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.client.stop();
        EXPECT_EQ((co_await t.one.snapshot(t.id)).status, t.api.at(t.host).status);
        EXPECT_EQ((co_await t.other.snapshot(t.id)).status, t.api.at(t.host).status);
        EXPECT_EQ(t.api.at(t.host).statuses, 2);
        EXPECT_FALSE(co_await t.exchange_of_one.want({t.id}));
    });
}

TEST_F(RedisPrinterExchangeTest, MessagesThatMakeNoSenseAreIgnored) {
    play([](Self& t) -> Awaitable<void> {
        co_await t.one.snapshot(t.id);
        for (const char* payload : {"", "[]", "{", R"({"event": 1})", R"({"event": "seen", "id": "x"})",
                                    R"({"event": "seen", "id": "x", "snapshot": {}})", R"({"event": "wanted"})",
                                    R"({"event": "wanted", "ids": {}})", R"({"event": "wanted", "ids": [1, "x"]})"}) {
            redis::Arguments command{"PUBLISH", t.prefix + "printers-by-id:0", payload};
            EXPECT_EQ((co_await t.command(std::move(command))).integer(), 2) << payload;
        }
        t.api.at(t.host).status = {.state = PrinterState::kPrinting, .text = "Printing"};
        t.one.invalidate(t.id);
        co_await t.wait_until_other_sees(PrinterState::kPrinting);
    });
}

}  // namespace
}  // namespace karmen::cluster
