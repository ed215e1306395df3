#include "cluster/redis_printer_exchange.hpp"

#include "base/described_json.hpp"
#include "base/json_members.hpp"
#include "base/random.hpp"
#include "printers/printer_api.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <span>
#include <utility>

namespace karmen::cluster {

namespace {

namespace json = boost::json;

constexpr std::size_t kIdBytes = 16;
constexpr const char* kSeen = "seen";
constexpr const char* kOutdated = "outdated";
constexpr const char* kRemoved = "removed";
constexpr const char* kNoAnswer = "no answer";
constexpr const char* kWanted = "wanted";
/// So that reading them does not hold up others.
constexpr std::size_t kSnapshotsInOneReading = 100;

// KEYS: the claim, the version of the printer's state, and where they are needed the snapshot and the webcam's address.

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
        -- ARGV: who, version, channel, message, the webcam's address or nothing, the lifetime of what was seen in ms, the
        -- message for those who wait when what was seen is out of date, and 1 if the snapshot may be kept
        if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
        if (redis.call('GET', KEYS[2]) or '0') ~= ARGV[2] then
            redis.call('PUBLISH', ARGV[3], ARGV[7])
            return 0
        end
        if ARGV[8] == '1' then redis.call('SET', KEYS[3], ARGV[4], 'PX', ARGV[6])
        else redis.call('DEL', KEYS[3]) end
        if ARGV[5] == '' then redis.call('DEL', KEYS[4])
        else redis.call('SET', KEYS[4], ARGV[5], 'PX', ARGV[6]) end
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
        redis.call('DEL', KEYS[1], KEYS[3], KEYS[4])
        redis.call('INCR', KEYS[2])
        redis.call('PEXPIRE', KEYS[2], 3600000)
        redis.call('PUBLISH', ARGV[1], ARGV[2])
        return 1
    )");
    return script;
}

const redis::Script& read_script() {
    static const redis::Script script(R"(
        -- KEYS: snapshots. For each that is there: the message that published it, and its remaining lifetime in ms
        local found = {}
        for _, key in ipairs(KEYS) do
            local seen = redis.call('GET', key)
            if seen then
                table.insert(found, seen)
                table.insert(found, redis.call('PTTL', key))
            end
        end
        return found
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

bool has_password(const Webcam& webcam) {
    return webcam.stream && webcam.stream->address.credentials;
}

json::object message(const std::string& from, const char* event, const Uuid& printer) {
    return {{"from", from}, {"event", event}, {"id", printer.to_string()}};
}

std::optional<Uuid> id_in(const json::object& message) {
    return Uuid::parse(JsonMembers(message).text("id"));
}

std::vector<Uuid> ids_in(const json::object& message) {
    std::vector<Uuid> ids;
    for (const json::value& each : JsonMembers(message).array("ids"))
        if (const auto id = each.is_string() ? Uuid::parse(each.get_string()) : std::nullopt) ids.push_back(*id);
    return ids;
}

/// nullopt also if a process of another version wrote it in another way: then this process asks the printer.
std::optional<PrinterSnapshot> snapshot_in(const json::object& message) {
    PrinterSnapshot snapshot;
    const json::value* json = message.if_contains("snapshot");
    return json != nullptr && read_json(*json, snapshot) ? std::optional(std::move(snapshot)) : std::nullopt;
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

std::string RedisPrinterExchange::snapshot_key(const Uuid& printer) const {
    return options_.key_prefix + "printer-snapshot:" + printer.to_string();
}

redis::Arguments RedisPrinterExchange::keys_of(const Uuid& printer) const {
    const std::string id = printer.to_string();
    return {options_.key_prefix + "printer-claim:" + id, options_.key_prefix + "printer-version:" + id};
}

redis::Arguments RedisPrinterExchange::keys_with_webcam_of(const Uuid& printer) const {
    redis::Arguments keys = keys_of(printer);
    keys.push_back(snapshot_key(printer));
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
    seen["snapshot"] = to_described_json(snapshot);
    redis::Arguments arguments{id_,
                               std::to_string(claim.version),
                               channel_,
                               json::serialize(seen),
                               address_for_nginx(host, snapshot.webcam),
                               std::to_string(options_.seen_lifetime.count()),
                               json::serialize(message(id_, kNoAnswer, printer)),
                               has_password(snapshot.webcam) ? "0" : "1"};
    co_await run(publish_script(), keys_with_webcam_of(printer), std::move(arguments));
}

Awaitable<void> RedisPrinterExchange::give_back(Uuid printer) {
    redis::Arguments arguments{id_, channel_, json::serialize(message(id_, kNoAnswer, printer))};
    co_await run(give_back_script(), keys_of(printer), std::move(arguments));
}

Awaitable<bool> RedisPrinterExchange::want(std::vector<Uuid> printers) {
    json::array ids;
    for (const Uuid& printer : printers) ids.emplace_back(printer.to_string());
    const json::object wanted{{"from", id_}, {"event", kWanted}, {"ids", std::move(ids)}};
    try {
        redis::Arguments command{"PUBLISH", channel_, json::serialize(wanted)};
        co_await client_.command(std::move(command));
        co_return true;
    } catch (const Error& error) {
        log_.debug("cannot tell others which printers are wanted", {{"error", error.what()}});
        co_return false;
    }
}

void RedisPrinterExchange::recall(std::vector<Uuid> printers) {
    tasks_.spawn(read_published(std::move(printers)));
}

Awaitable<void> RedisPrinterExchange::read_published(std::vector<Uuid> printers) {
    try {
        for (std::span<const Uuid> rest(printers); !rest.empty();) {
            const auto some = rest.first(std::min(rest.size(), kSnapshotsInOneReading));
            rest = rest.subspan(some.size());
            redis::Arguments keys;
            for (const Uuid& printer : some) keys.push_back(snapshot_key(printer));
            const redis::Reply found = co_await client_.run(read_script(), std::move(keys), {});
            for (std::size_t i = 0; i + 1 < found.array().size(); i += 2) learn_published(found.at(i), found.at(i + 1));
        }
    } catch (const Error& error) {
        log_.debug("cannot read what others saw of printers", {{"error", error.what()}});
    }
}

void RedisPrinterExchange::learn_published(const redis::Reply& seen, const redis::Reply& remaining_ms) {
    const auto age = options_.seen_lifetime - std::chrono::milliseconds(remaining_ms.integer());
    boost::system::error_code error;
    const json::value value = json::parse(seen.text(), error);
    const json::object* message = error ? nullptr : value.if_object();
    if (message == nullptr) return;
    const std::optional<Uuid> printer = id_in(*message);
    const auto snapshot = snapshot_in(*message);
    if (printer && snapshot) monitor_->learn(*printer, *snapshot, std::max(age, decltype(age)::zero()));
}

void RedisPrinterExchange::invalidate(const Uuid& printer) {
    redis::Arguments arguments{channel_, json::serialize(message(id_, kOutdated, printer))};
    tasks_.spawn(run(invalidate_script(), keys_of(printer), std::move(arguments)));
}

void RedisPrinterExchange::forget(const Uuid& printer) {
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
    if (message == nullptr) return;
    const std::string event = JsonMembers(*message).text("event");
    if (JsonMembers(*message).text("from") == id_) return;  // known here already
    if (event == kWanted) return monitor_->hear_wanted(ids_in(*message));
    const std::optional<Uuid> printer = id_in(*message);
    if (!printer) return;
    if (event == kOutdated) return monitor_->outdate(*printer);
    if (event == kNoAnswer) return monitor_->hear_of_no_answer(*printer);
    if (event == kRemoved) return monitor_->forget(*printer);
    if (event != kSeen) return;
    if (auto snapshot = snapshot_in(*message)) monitor_->learn(*printer, std::move(*snapshot));
}

}  // namespace karmen::cluster
