#include "cluster/redis_login_throttle.hpp"

#include "base/digest.hpp"

#include <algorithm>
#include <utility>

namespace karmen::cluster {

namespace {

using redis::Arguments;
using std::chrono::milliseconds;

// Of a name at a network, `login:<sha256>`: a hash with `failures`, their times (ms) with blanks between, and
// `blocked`, until when all attempts are refused. Of a network, `login-names:<network>`: a sorted set of the names that
// failed, as these sha256, by the time (ms) of the last failure; and `login-next:<network>`, when its next attempt may
// be tried.

// KEYS: hash, set, next. ARGV: now (empty: what Redis says), window, block, failures_max, the name, names_slow,
// names_interval, longest wait → {number of failures before this attempt, how long it must wait}, or {-1, how long all
// attempts are refused}
constexpr const char* kBegin = R"lua(
local time = redis.call('TIME')
local now = tonumber(ARGV[1]) or time[1] * 1000 + math.floor(time[2] / 1000)
local key, names, next_key = KEYS[1], KEYS[2], KEYS[3]
local window, block, max = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local name, names_slow, interval, wait_max = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local function number(n) return string.format('%.0f', n) end

local found = redis.call('HMGET', key, 'blocked', 'failures')
local blocked = tonumber(found[1] or '0')
local failures = {}
for failure in string.gmatch(found[2] or '', '%d+') do
    if failure + window >= now then failures[#failures + 1] = failure end
end
if blocked <= now and #failures >= max then blocked = now + block end
if blocked > now then
    redis.call('HSET', key, 'blocked', number(blocked), 'failures', '')
    redis.call('PEXPIRE', key, blocked - now)
    return {-1, blocked - now}
end

redis.call('ZREMRANGEBYSCORE', names, '-inf', '(' .. number(now - window))
local wait = 0
if redis.call('ZCARD', names) >= names_slow then
    local attempt = math.max(tonumber(redis.call('GET', next_key) or '0'), now)
    wait = attempt - now
    if wait > wait_max then return {-1, wait} end
    redis.call('SET', next_key, number(attempt + interval), 'PX', wait + interval)
end
redis.call('ZADD', names, number(now), name)
redis.call('ZREMRANGEBYRANK', names, 0, -names_slow - 1)
redis.call('PEXPIRE', names, window)

local before = #failures
failures[before + 1] = number(now)
redis.call('HSET', key, 'blocked', 0, 'failures', table.concat(failures, ' '))
redis.call('PEXPIRE', key, window)
return {before, wait}
)lua";

// KEYS: hash, set. ARGV: the name
constexpr const char* kSucceeded = R"lua(
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
)lua";

// The same
constexpr const char* kNotTried = R"lua(
local failures = redis.call('HGET', KEYS[1], 'failures')
if not failures or failures == '' then return 0 end
local others = string.match(failures, '^(.*) %d+$')
if others then
    redis.call('HSET', KEYS[1], 'failures', others)
else
    redis.call('DEL', KEYS[1])
    redis.call('ZREM', KEYS[2], ARGV[1])
end
return 1
)lua";

}  // namespace

RedisLoginThrottle::RedisLoginThrottle(redis::Client& client, std::string key_prefix,
                                       identity::LoginThrottleOptions options, const Clock* clock)
    : client_(client),
      key_prefix_(std::move(key_prefix)),
      options_(options),
      clock_(clock),
      begin_(kBegin),
      succeeded_(kSucceeded),
      not_tried_(kNotTried) {}

RedisLoginThrottle::Keys RedisLoginThrottle::keys(const std::string& username, const std::string& network) const {
    const std::string name = sha256_of(identity::login_key(username, network));
    return {.name = name, .failures = key_prefix_ + "login:" + name, .names = key_prefix_ + "login-names:" + network};
}

std::string RedisLoginThrottle::now_ms() const {
    if (!clock_) return {};
    const auto now = std::chrono::floor<milliseconds>(clock_->now());
    return std::to_string(now.time_since_epoch().count());
}

Awaitable<milliseconds> RedisLoginThrottle::begin(std::string username, std::string network) {
    const Keys of = keys(username, network);
    Arguments keys{of.failures, of.names, key_prefix_ + "login-next:" + network};
    Arguments arguments{now_ms(),
                        std::to_string(options_.window.count()),
                        std::to_string(options_.block.count()),
                        std::to_string(options_.failures_max),
                        of.name,
                        std::to_string(options_.names_slow),
                        std::to_string(options_.names_interval.count()),
                        std::to_string(identity::kLoginDelayMax.count())};
    const redis::Reply reply = co_await client_.run(begin_, std::move(keys), std::move(arguments));
    const std::int64_t before = reply.at(0).integer();
    const milliseconds wait(reply.at(1).integer());
    if (before < 0) identity::refuse_login(wait);
    co_return std::max(wait, identity::login_delay(options_, static_cast<std::size_t>(before)));
}

Awaitable<void> RedisLoginThrottle::succeeded(std::string username, std::string network) {
    co_await run(succeeded_, username, network);
}

Awaitable<void> RedisLoginThrottle::not_tried(std::string username, std::string network) {
    co_await run(not_tried_, username, network);
}

Awaitable<void> RedisLoginThrottle::run(const redis::Script& script, const std::string& username,
                                        const std::string& network) {
    const Keys of = keys(username, network);
    Arguments keys{of.failures, of.names};
    Arguments arguments{of.name};
    co_await client_.run(script, std::move(keys), std::move(arguments));
}

}  // namespace karmen::cluster
