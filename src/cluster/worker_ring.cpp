#include "cluster/worker_ring.hpp"

#include "base/digest.hpp"
#include "base/random.hpp"
#include "runtime/sleep.hpp"

#include <algorithm>
#include <utility>

namespace karmen::cluster {

namespace {

constexpr std::size_t kIdBytes = 8;

/// By the clock of Redis, so that the clocks of the workers need not agree.
const redis::Script& sign_of_life_script() {
    static const redis::Script script(R"(
        -- KEYS: the ring. ARGV: who, lifetime in ms
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        redis.call('ZADD', KEYS[1], now, ARGV[1])
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        return redis.call('ZRANGE', KEYS[1], 0, -1)
    )");
    return script;
}

/// The same in every process and on every machine.
std::string weight(const std::string& worker, const std::string& host) {
    return sha256_of(worker + " " + host);
}

}  // namespace

std::string share_of(const std::vector<std::string>& workers, const std::string& host) {
    const auto heaviest =
        std::ranges::max_element(workers, {}, [&](const std::string& worker) { return weight(worker, host); });
    return heaviest == workers.end() ? std::string() : *heaviest;
}

WorkerRing::WorkerRing(Executor loop, redis::Client& client, WorkerRingOptions options, std::function<void()> on_change,
                       Log& log)
    : client_(client),
      options_(std::move(options)),
      on_change_(std::move(on_change)),
      log_(log),
      id_(random_hex(kIdBytes)),
      key_(options_.key_prefix + "workers"),
      tasks_(loop, log, "worker ring") {}

void WorkerRing::start() {
    tasks_.spawn(stay());
}

Awaitable<void> WorkerRing::stop() {
    tasks_.cancel();
    co_await tasks_.join();
    try {
        redis::Arguments command{"ZREM", key_, id_};
        co_await client_.command(std::move(command));
    } catch (const Error& error) {
        log_.debug("the others will miss this worker", {{"error", error.what()}});
    }
}

bool WorkerRing::looks_after(const std::string& host) const {
    return share_of(workers_, host) == id_;
}

Awaitable<void> WorkerRing::stay() {
    for (;;) {
        try {
            co_await give_sign_of_life();
        } catch (const Error& error) {
            log_.warning("cannot give a sign of life", {{"error", error.what()}});
        }
        co_await sleep_for(options_.interval);
    }
}

Awaitable<void> WorkerRing::give_sign_of_life() {
    redis::Arguments keys{key_};
    redis::Arguments arguments{id_, std::to_string(options_.lifetime.count())};
    const redis::Reply reply = co_await client_.run(sign_of_life_script(), std::move(keys), std::move(arguments));
    std::vector<std::string> workers;
    for (const redis::Reply& worker : reply.array()) workers.push_back(worker.text());
    std::ranges::sort(workers);
    if (workers == workers_) co_return;
    workers_ = std::move(workers);
    log_.info("workers share out the printers", {{"worker", id_}, {"workers", workers_.size()}});
    on_change_();
}

}  // namespace karmen::cluster
