#include "cluster/redis_printer_locks.hpp"

#include "base/random.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace karmen::cluster {

namespace {

constexpr std::size_t kTokenBytes = 16;
/// So that two renewals may fail.
constexpr int kRenewalsInLifetime = 3;

// KEYS: the lock. ARGV: the holder's token.

const redis::Script& renew_script() {
    static const redis::Script script(R"(
        -- ARGV: and the lifetime in ms
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        return redis.call('PEXPIRE', KEYS[1], ARGV[2])
    )");
    return script;
}

const redis::Script& release_script() {
    static const redis::Script script(R"(
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        return redis.call('DEL', KEYS[1])
    )");
    return script;
}

}  // namespace

struct RedisPrinterLocks::Key {
    Key(Executor loop, std::string name_in) : name(std::move(name_in)), timer(loop) {}

    std::string name;
    std::string token = random_hex(kTokenBytes);
    boost::asio::steady_timer timer;  ///< to the next renewal
    bool is_released = false;
};

class RedisPrinterLocks::Held final : public Lock {
  public:
    Held(RedisPrinterLocks& locks, std::shared_ptr<Key> key) : locks_(locks), key_(std::move(key)) {}
    ~Held() override {
        key_->is_released = true;
        key_->timer.cancel();
        locks_.releases_.spawn(locks_.release(key_));
    }

  private:
    RedisPrinterLocks& locks_;
    std::shared_ptr<Key> key_;
};

RedisPrinterLocks::RedisPrinterLocks(Executor loop, redis::Client& client, std::string key_prefix,
                                     std::chrono::milliseconds lifetime, Log& log)
    : loop_(loop),
      client_(client),
      key_prefix_(std::move(key_prefix)),
      lifetime_(lifetime),
      log_(log),
      renewals_(loop, log, "printer lock"),
      releases_(loop, log, "printer lock release") {}

Awaitable<std::unique_ptr<fleet::PrinterLocks::Lock>> RedisPrinterLocks::try_lock(Uuid printer) {
    const auto key = std::make_shared<Key>(loop_, key_prefix_ + "printer-lock:" + printer.to_string());
    redis::Arguments command{"SET", key->name, key->token, "NX", "PX", std::to_string(lifetime_.count())};
    const redis::Reply reply = co_await client_.command(std::move(command));
    if (reply.is_null()) co_return nullptr;
    renewals_.spawn(keep(key));
    co_return std::make_unique<Held>(*this, key);
}

Awaitable<void> RedisPrinterLocks::keep(std::shared_ptr<Key> key) {
    for (;;) {
        key->timer.expires_after(lifetime_ / kRenewalsInLifetime);
        co_await key->timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        if (key->is_released) co_return;
        try {
            redis::Arguments keys{key->name};
            redis::Arguments arguments{key->token, std::to_string(lifetime_.count())};
            const redis::Reply reply = co_await client_.run(renew_script(), std::move(keys), std::move(arguments));
            if (reply.integer() == 0) log_.warning("a lock was lost while it was held", {{"key", key->name}});
        } catch (const Error& error) {
            log_.warning("cannot renew a lock", {{"key", key->name}, {"error", error.what()}});
        }
    }
}

Awaitable<void> RedisPrinterLocks::release(std::shared_ptr<Key> key) {
    try {
        redis::Arguments keys{key->name};
        redis::Arguments arguments{key->token};
        co_await client_.run(release_script(), std::move(keys), std::move(arguments));
    } catch (const Error& error) {
        log_.warning("a lock ends with its lifetime only", {{"key", key->name}, {"error", error.what()}});
    }
}

Awaitable<void> RedisPrinterLocks::stop() {
    renewals_.cancel();
    co_await renewals_.join();
    co_await releases_.join();
}

}  // namespace karmen::cluster
