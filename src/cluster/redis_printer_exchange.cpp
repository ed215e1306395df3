#include "cluster/redis_printer_exchange.hpp"

#include "base/random.hpp"
#include "cluster/snapshot_json.hpp"
#include "printers/printer_api.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace karmen::cluster {

namespace {

namespace json = boost::json;

constexpr std::size_t kIdBytes = 16;
constexpr const char* kSeen = "seen";
constexpr const char* kOutdated = "outdated";
constexpr const char* kRemoved = "removed";
constexpr const char* kNoAnswer = "no answer";

// KEYS: the claim, the version of the printer's state, and where it is needed the webcam's address.

const redis::Script& claim_script() {
    static const redis::Script script(R"(
        -- ARGV: who, lifetime in ms
        local holder = redis.call('GET', KEYS[1])
        if holder and holder ~= ARGV[1] then return false end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return tonumber(redis.call('GET', KEYS[2]) or '0')
    )");
    return script;
}

const redis::Script& publish_script() {
    static const redis::Script script(R"(
        -- ARGV: who, version, channel, message, the webcam's address or nothing, its lifetime in ms, and the message for
        -- those who wait when what was seen is out of date
        if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
        if (redis.call('GET', KEYS[2]) or '0') ~= ARGV[2] then
            redis.call('PUBLISH', ARGV[3], ARGV[7])
            return 0
        end
        if ARGV[5] == '' then redis.call('DEL', KEYS[3])
        else redis.call('SET', KEYS[3], ARGV[5], 'PX', ARGV[6]) end
        redis.call('PUBLISH', ARGV[3], ARGV[4])
        return 1
    )");
    return script;
}

const redis::Script& give_back_script() {
    static const redis::Script script(R"(
        -- ARGV: who, channel, the message for those who wait
        if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
        redis.call('PUBLISH', ARGV[2], ARGV[3])
        return 1
    )");
    return script;
}

const redis::Script& invalidate_script() {
    static const redis::Script script(R"(
        -- ARGV: channel, message. A claim lives for less than an hour, and the version need not outlive it.
        redis.call('INCR', KEYS[2])
        redis.call('PEXPIRE', KEYS[2], 3600000)
        redis.call('PUBLISH', ARGV[1], ARGV[2])
        return 1
    )");
    return script;
}

const redis::Script& forget_script() {
    static const redis::Script script(R"(
        -- ARGV: channel, message
        redis.call('DEL', KEYS[1], KEYS[3])
        redis.call('INCR', KEYS[2])
        redis.call('PEXPIRE', KEYS[2], 3600000)
        redis.call('PUBLISH', ARGV[1], ARGV[2])
        return 1
    )");
    return script;
}

/// The address if nginx may fetch it itself: only on the printer's own host. nginx gets no passwords, and does not
/// check certificates. The relay shows the other cameras.
std::string address_for_nginx(const std::string& host, const Webcam& webcam) {
    if (!webcam.stream || webcam.stream->address.credentials) return "";
    const std::string& url = webcam.stream->address.url;
    return url.starts_with("http://") && printers::is_on_host(url, host) ? url : "";
}

json::object message(const std::string& from, const char* event, const Uuid& printer) {
    return {{"from", from}, {"event", event}, {"id", printer.to_string()}};
}

}  // namespace

RedisPrinterExchange::RedisPrinterExchange(Executor loop, redis::Client& client, PrinterExchangeOptions options,
                                           Log& log)
    : client_(client),
      options_(std::move(options)),
      log_(log),
      id_(random_hex(kIdBytes)),
      channel_(options_.key_prefix + "printers-by-id:" + std::to_string(options_.connection.url.database)),
      tasks_(loop, log, "printer exchange"),
      subscription_(loop, {.connection = options_.connection, .delay = {}}, {channel_}, *this, log) {}

void RedisPrinterExchange::start(fleet::PrinterMonitor& monitor) {
    monitor_ = &monitor;
    subscription_.start();
}

Awaitable<void> RedisPrinterExchange::stop() {
    co_await subscription_.stop();
    tasks_.cancel();
    co_await tasks_.join();
}

redis::Arguments RedisPrinterExchange::keys_of(const Uuid& printer) const {
    const std::string id = printer.to_string();
    return {options_.key_prefix + "printer-claim:" + id, options_.key_prefix + "printer-version:" + id};
}

redis::Arguments RedisPrinterExchange::keys_with_webcam_of(const Uuid& printer) const {
    redis::Arguments keys = keys_of(printer);
    keys.push_back("webcam_" + printer.to_string());
    return keys;
}

Awaitable<std::optional<fleet::PrinterExchange::Claim>> RedisPrinterExchange::claim(Uuid printer) {
    try {
        redis::Arguments arguments{id_, std::to_string(options_.claim_lifetime.count())};
        const redis::Reply reply = co_await client_.run(claim_script(), keys_of(printer), std::move(arguments));
        if (reply.is_null()) co_return std::nullopt;
        co_return Claim{reply.integer()};
    } catch (const Error& error) {
        log_.debug("a printer is asked without a claim", {{"printer", printer.to_string()}, {"error", error.what()}});
        co_return Claim{};
    }
}

Awaitable<void> RedisPrinterExchange::publish(Uuid printer, std::string host, Claim claim, PrinterSnapshot snapshot) {
    json::object seen = message(id_, kSeen, printer);
    seen["snapshot"] = to_json(snapshot);
    redis::Arguments arguments{id_,
                               std::to_string(claim.version),
                               channel_,
                               json::serialize(seen),
                               address_for_nginx(host, snapshot.webcam),
                               std::to_string(options_.webcam_lifetime.count()),
                               json::serialize(message(id_, kNoAnswer, printer))};
    co_await run(publish_script(), keys_with_webcam_of(printer), std::move(arguments));
}

Awaitable<void> RedisPrinterExchange::give_back(Uuid printer) {
    redis::Arguments arguments{id_, channel_, json::serialize(message(id_, kNoAnswer, printer))};
    co_await run(give_back_script(), keys_of(printer), std::move(arguments));
}

void RedisPrinterExchange::invalidate(const Uuid& printer) {
    redis::Arguments arguments{channel_, json::serialize(message(id_, kOutdated, printer))};
    tasks_.spawn(run(invalidate_script(), keys_of(printer), std::move(arguments)));
}

void RedisPrinterExchange::forget(const Uuid& printer, const std::string&) {
    redis::Arguments arguments{channel_, json::serialize(message(id_, kRemoved, printer))};
    tasks_.spawn(run(forget_script(), keys_with_webcam_of(printer), std::move(arguments)));
}

Awaitable<void> RedisPrinterExchange::run(const redis::Script& script, redis::Arguments keys,
                                          redis::Arguments arguments) {
    try {
        co_await client_.run(script, std::move(keys), std::move(arguments));
    } catch (const Error& error) {
        log_.debug("cannot tell others of a printer", {{"error", error.what()}});
    }
}

/// Nothing to do: missed snapshots are soon too old to be shown, and then the printers are asked again.
void RedisPrinterExchange::on_subscribed() {}

void RedisPrinterExchange::on_message(std::string_view, const std::string& payload) {
    boost::system::error_code error;
    const json::value value = json::parse(payload, error);
    const json::object* message = error ? nullptr : value.if_object();
    const auto text = [&](std::string_view name) {
        const json::value* member = message != nullptr ? message->if_contains(name) : nullptr;
        return member != nullptr && member->is_string() ? std::string(member->get_string()) : std::string();
    };
    const std::string event = text("event");
    const std::optional<Uuid> printer = Uuid::parse(text("id"));
    if (!printer || text("from") == id_) return;  // what this process says is known here already
    if (event == kOutdated) return monitor_->outdate(*printer);
    if (event == kNoAnswer) return monitor_->hear_of_no_answer(*printer);
    if (event == kRemoved) return monitor_->forget(*printer);
    if (event != kSeen || !message->contains("snapshot")) return;
    if (auto snapshot = parse_snapshot(message->at("snapshot"))) monitor_->learn(*printer, std::move(*snapshot));
}

}  // namespace karmen::cluster
