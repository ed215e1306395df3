#include "cluster/redis_login_throttle.hpp"

#include "base/text.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>
#include <utility>

namespace karmen::cluster {

namespace {

using redis::Arguments;
using std::chrono::milliseconds;

// A hash: `failures`, their times (ms) with blanks between, and `blocked`, until when nothing is tried.

// now (empty: what Redis says) window block failures_max → how many failures there were before this attempt, or the
// time that it is blocked for, negative
constexpr const char* kBegin = R"lua(
local time = redis.call('TIME')
local now = tonumber(ARGV[1]) or time[1] * 1000 + math.floor(time[2] / 1000)
local key, window, block, max = KEYS[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local found = redis.call('HMGET', key, 'blocked', 'failures')
local blocked = tonumber(found[1] or '0')
local failures = {}
for failure in string.gmatch(found[2] or '', '%d+') do
    if failure + window >= now then failures[#failures + 1] = failure end
end
if blocked <= now and #failures >= max then blocked = now + block end
if blocked > now then
    redis.call('HSET', key, 'blocked', string.format('%.0f', blocked), 'failures', '')
    redis.call('PEXPIRE', key, blocked - now)
    return now - blocked
end
local before = #failures
failures[before + 1] = string.format('%.0f', now)
redis.call('HSET', key, 'blocked', 0, 'failures', table.concat(failures, ' '))
redis.call('PEXPIRE', key, window)
return before
)lua";

constexpr const char* kNotTried = R"lua(
local failures = redis.call('HGET', KEYS[1], 'failures')
if not failures or failures == '' then return 0 end
local others = string.match(failures, '^(.*) %d+$')
if others then
    redis.call('HSET', KEYS[1], 'failures', others)
else
    redis.call('DEL', KEYS[1])
end
return 1
)lua";

std::string sha256_of(const std::string& text) {
    std::array<std::byte, 32> digest{};
    if (EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr, EVP_sha256(),
                   nullptr) != 1)
        throw std::bad_alloc();
    return to_hex(digest);
}

}  // namespace

RedisLoginThrottle::RedisLoginThrottle(redis::Client& client, std::string key_prefix,
                                       services::LoginThrottleOptions options, const Clock* clock)
    : client_(client),
      key_prefix_(std::move(key_prefix)),
      options_(options),
      clock_(clock),
      begin_(kBegin),
      not_tried_(kNotTried) {}

std::string RedisLoginThrottle::key(const std::string& username, const std::string& address) const {
    return key_prefix_ + "login:" + sha256_of(services::login_key(username, address));
}

std::string RedisLoginThrottle::now_ms() const {
    if (!clock_) return {};
    const auto now = std::chrono::floor<milliseconds>(clock_->now());
    return std::to_string(now.time_since_epoch().count());
}

Awaitable<milliseconds> RedisLoginThrottle::begin(std::string username, std::string address) {
    Arguments keys{key(username, address)};
    Arguments arguments{now_ms(), std::to_string(options_.window.count()), std::to_string(options_.block.count()),
                        std::to_string(options_.failures_max)};
    const redis::Reply reply = co_await client_.run(begin_, std::move(keys), std::move(arguments));
    if (reply.integer() < 0) services::refuse_login(milliseconds(-reply.integer()));
    co_return services::login_delay(options_, static_cast<std::size_t>(reply.integer()));
}

Awaitable<void> RedisLoginThrottle::succeeded(std::string username, std::string address) {
    Arguments command{"DEL", key(username, address)};
    co_await client_.command(std::move(command));
}

Awaitable<void> RedisLoginThrottle::not_tried(std::string username, std::string address) {
    Arguments keys{key(username, address)};
    co_await client_.run(not_tried_, std::move(keys), {});
}

}  // namespace karmen::cluster
