#include "tasks/redis_scripts.hpp"

namespace karmen::tasks {

namespace {

/// What the scripts share. An entry holds `id, kind, payload, attempts, created`, each after its name, in this order;
/// `attempts` are those that are over. A pending entry's number of deliveries comes on top: it counts the workers that
/// died with it.
constexpr const char* kPrelude = R"lua(
local queue, delayed, dead, group = KEYS[1], KEYS[2], KEYS[3], 'workers'
local ATTEMPTS = 8

local function now()
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function add(waiting_max, id, kind, payload, created)
    local running = redis.pcall('XPENDING', queue, group)
    running = running.err and 0 or running[1]
    if redis.call('XLEN', queue) - running + redis.call('ZCARD', delayed) >= tonumber(waiting_max) then return 0 end
    redis.call('XADD', queue, '*', 'id', id, 'kind', kind, 'payload', payload, 'attempts', 0, 'created', created)
    return 1
end

local function fields_of(entry)
    local found = redis.call('XRANGE', queue, entry, entry)[1]
    return found and found[2]
end

local function remove(entry)
    redis.pcall('XACK', queue, group, entry)
    return redis.call('XDEL', queue, entry)
end

-- The fields of the entry, when this consumer still has it.
local function fields_if_mine(entry, consumer)
    local mine = redis.pcall('XPENDING', queue, group, entry, entry, 1, consumer)
    if mine.err or #mine == 0 then return nil end
    return fields_of(entry)
end

local function queue_again(fields, attempts)
    fields[ATTEMPTS] = attempts
    redis.call('XADD', queue, '*', unpack(fields))
end

local function bury(fields, attempts, error, dead_max)
    fields[ATTEMPTS] = attempts
    fields[#fields + 1] = 'error'
    fields[#fields + 1] = error
    fields[#fields + 1] = 'died'
    fields[#fields + 1] = now()
    redis.call('XADD', dead, 'MAXLEN', dead_max, '*', unpack(fields))
end

-- The entry of a dead task, by the task's id.
local function find_dead(id)
    local from = '-'
    while true do
        local entries = redis.call('XRANGE', dead, from, '+', 'COUNT', 100)
        if #entries == 0 then return nil end
        for _, entry in ipairs(entries) do
            if entry[2][2] == id then return entry end
        end
        from = '(' .. entries[#entries][1]
    end
end
)lua";

redis::Script with_prelude(const char* body) {
    return redis::Script(std::string(kPrelude) + body);
}

// waiting_max id kind payload created → 1, or 0 when too many wait
constexpr const char* kAdd = "return add(unpack(ARGV))";

// consumer visibility_ms attempts_max dead_max → {entry, fields, attempt}, or the time (ms) to the next retry, -1 for
// none. Queues the retries that are due, then looks for a task whose worker was lost.
constexpr const char* kNext = R"lua(
local consumer, visibility, attempts_max, dead_max = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local pending = redis.pcall('XPENDING', queue, group, 'IDLE', visibility, '-', '+', 10)
if pending.err then
    redis.call('XGROUP', 'CREATE', queue, group, '0', 'MKSTREAM')
    pending = {}
end
for _, packed in ipairs(redis.call('ZRANGEBYSCORE', delayed, '-inf', now(), 'LIMIT', 0, 100)) do
    local fields = cmsgpack.unpack(packed)
    redis.call('ZREM', delayed, packed)
    queue_again(fields, fields[ATTEMPTS])
end
for _, lost in ipairs(pending) do
    local entry, deliveries = lost[1], lost[4]
    local fields = fields_of(entry)
    if not fields then
        remove(entry)
    elseif fields[ATTEMPTS] + deliveries >= attempts_max then
        remove(entry)
        bury(fields, fields[ATTEMPTS] + deliveries, 'its worker was lost', dead_max)
    else
        redis.call('XCLAIM', queue, group, consumer, visibility, entry)
        return {entry, fields, fields[ATTEMPTS] + deliveries + 1}
    end
end
local first = redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
return first[2] and math.max(0, first[2] - now()) or -1
)lua";

// entry consumer → 1, or 0 when it is not this consumer's any more
constexpr const char* kRenew = R"lua(
if not fields_if_mine(ARGV[1], ARGV[2]) then return 0 end
redis.call('XCLAIM', queue, group, ARGV[2], 0, ARGV[1], 'JUSTID')
return 1
)lua";

// entry
constexpr const char* kAcknowledge = "return remove(ARGV[1])";

// entry consumer attempts error dead_max delay_ms (-1: no further attempt) → 1, or 0 when it is not this consumer's any
// more
constexpr const char* kFail = R"lua(
local entry, attempts, delay = ARGV[1], ARGV[3], tonumber(ARGV[6])
local fields = fields_if_mine(entry, ARGV[2])
if not fields then return 0 end
remove(entry)
if delay < 0 then
    bury(fields, attempts, ARGV[4], ARGV[5])
else
    fields[ATTEMPTS] = attempts
    redis.call('ZADD', delayed, now() + delay, cmsgpack.pack(fields))
end
return 1
)lua";

// entry consumer attempts → 1, or 0 when it is not this consumer's any more
constexpr const char* kGiveBack = R"lua(
local fields = fields_if_mine(ARGV[1], ARGV[2])
if not fields then return 0 end
remove(ARGV[1])
queue_again(fields, ARGV[3])
return 1
)lua";

// consumer → how many
constexpr const char* kGiveBackAll = R"lua(
local pending = redis.pcall('XPENDING', queue, group, '-', '+', 1000, ARGV[1])
if pending.err then return 0 end
for _, mine in ipairs(pending) do
    local fields = fields_of(mine[1])
    remove(mine[1])
    if fields then queue_again(fields, fields[ATTEMPTS]) end
end
return #pending
)lua";

// id → 1, or 0 when there is none
constexpr const char* kReplay = R"lua(
local entry = find_dead(ARGV[1])
if not entry then return 0 end
redis.call('XDEL', dead, entry[1])
local fields = entry[2]
queue_again({unpack(fields, 1, 10)}, 0)
return 1
)lua";

// id → 1, or 0 when there is none
constexpr const char* kDiscard = R"lua(
local entry = find_dead(ARGV[1])
return entry and redis.call('XDEL', dead, entry[1]) or 0
)lua";

// → {queued, running, retry_waiting, dead}
constexpr const char* kCounts = R"lua(
local pending = redis.pcall('XPENDING', queue, group)
local running = pending.err and 0 or pending[1]
return {redis.call('XLEN', queue) - running, running, redis.call('ZCARD', delayed), redis.call('XLEN', dead)}
)lua";

// idle_ms: those that have no task and were not seen for so long. To delete one with a task would lose the task.
constexpr const char* kForgetConsumers = R"lua(
local consumers = redis.pcall('XINFO', 'CONSUMERS', queue, group)
if consumers.err then return 0 end
local forgotten = 0
for _, consumer in ipairs(consumers) do
    if consumer[4] == 0 and consumer[6] > tonumber(ARGV[1]) then
        redis.call('XGROUP', 'DELCONSUMER', queue, group, consumer[2])
        forgotten = forgotten + 1
    end
end
return forgotten
)lua";

// KEYS: lease. token lease_ms → 1 for the one that leads
constexpr const char* kLead = R"lua(
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
)lua";

// KEYS: lease. token
constexpr const char* kResign = R"lua(
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
)lua";

// KEYS: also last, lease. token name interval_ms waiting_max id kind payload created → the time (ms) to the next run,
// -1 when another one leads. Too many waiting tasks leave the run due.
constexpr const char* kAddIfDue = R"lua(
local last, lease = KEYS[4], KEYS[5]
local token, name, interval = ARGV[1], ARGV[2], tonumber(ARGV[3])
if redis.call('GET', lease) ~= token then return -1 end
local time = now()
local ran = tonumber(redis.call('HGET', last, name) or '0')
-- A last run that lies in the future was written by a clock that was wrong.
if ran <= time and time < ran + interval then return ran + interval - time end
if add(unpack(ARGV, 4)) == 0 then return 1000 end
redis.call('HSET', last, name, time)
return interval
)lua";

}  // namespace

RedisScripts::RedisScripts()
    : add(with_prelude(kAdd)),
      next(with_prelude(kNext)),
      renew(with_prelude(kRenew)),
      acknowledge(with_prelude(kAcknowledge)),
      fail(with_prelude(kFail)),
      give_back(with_prelude(kGiveBack)),
      give_back_all(with_prelude(kGiveBackAll)),
      replay(with_prelude(kReplay)),
      discard(with_prelude(kDiscard)),
      counts(with_prelude(kCounts)),
      forget_consumers(with_prelude(kForgetConsumers)),
      lead(kLead),
      resign(kResign),
      add_if_due(with_prelude(kAddIfDue)) {}

}  // namespace karmen::tasks
