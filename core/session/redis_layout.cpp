#include "core/session/redis_layout.hpp"

#include <algorithm>
#include <span>

#include "core/base/encoding.hpp"
#include "core/session/records.hpp"

namespace sso::session {
namespace {

// No session is live without standing in its user's index: the index is noted before the session is made and lives
// longer. What has ended is not taken out on sight (it may be a session that is about to be made), but by age.
constexpr std::string_view kNote = R"(
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. ARGV[3])
if redis.call('TTL', KEYS[1]) < tonumber(ARGV[4]) then redis.call('EXPIRE', KEYS[1], ARGV[4]) end
return 1
)";

constexpr std::string_view kCreate = R"(
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'EX', ARGV[3]) then return 0 end
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
return 1
)";

constexpr std::string_view kTouch = R"(
local seen = tonumber(redis.call('GET', KEYS[1]))
if seen and seen < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1], 'XX', 'KEEPTTL') end
return 1
)";

constexpr std::string_view kSwap = R"(
local record = redis.call('GET', KEYS[1])
if not record or (ARGV[1] ~= '' and record ~= ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
return 1
)";

// A session that cannot be read is one that shall be removable nevertheless.
constexpr std::string_view kRemove = R"(
local record = redis.pcall('GET', KEYS[1])
if type(record) == 'table' then record = '' end
local removed = redis.call('DEL', KEYS[1])
redis.call('DEL', KEYS[2])
return {removed, record}
)";

constexpr std::string_view kErase = R"(
if redis.call('GETRANGE', KEYS[1], 0, #ARGV[1] - 1) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
)";

constexpr std::string_view kCount = R"(
local ends = tonumber(redis.call('HGET', KEYS[1], 'ends'))
if ends and tonumber(ARGV[1]) < ends then return redis.call('HINCRBY', KEYS[1], 'count', 1) end
redis.call('HSET', KEYS[1], 'count', 1, 'ends', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
)";

constexpr std::string_view kReport = R"(
if ARGV[2] == '0' then return redis.call('HDEL', KEYS[1], ARGV[1]) end
local now = tonumber(redis.call('TIME')[1])
redis.call('HSET', KEYS[1], ARGV[1], (now + ARGV[2]) .. ' ' .. ARGV[3] .. ' ' .. ARGV[4])
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if (tonumber(string.match(all[i + 1], '^%d+')) or 0) <= now then redis.call('HDEL', KEYS[1], all[i]) end
end
return 1
)";

constexpr std::string_view kWatchers = R"(
local now = tonumber(redis.call('TIME')[1])
local live = {}
for _, word in ipairs(redis.call('HVALS', KEYS[1])) do
  local ends, reached, name = string.match(word, '^(%d+) (%d+) (.*)$')
  if ends and tonumber(ends) > now then
    live[#live + 1] = reached
    live[#live + 1] = name
  end
end
return live
)";

}  // namespace

RedisSessionKeys::RedisSessionKeys(const SessionId& id) noexcept {  // NOLINT: both keys are filled here
    const SessionId::Digits digits = id.digits();
    const auto fill = [&](std::string_view start, std::span<char> key) {
        start.copy(key.data(), start.size());
        std::copy(digits.begin(), digits.end(), key.begin() + static_cast<std::ptrdiff_t>(start.size()));
        key.back() = '}';
    };
    fill(kRecord, record_);
    fill(kSeen, seen_);
}

std::optional<SessionId> session_of_redis_key(std::string_view key) {
    if (!key.starts_with(RedisSessionKeys::kRecord) || !key.ends_with('}')) return std::nullopt;
    key.remove_prefix(RedisSessionKeys::kRecord.size());
    key.remove_suffix(1);
    const auto id = SessionId::parse(key);
    if (!id || id->hex() != key) return std::nullopt;
    return *id;
}

std::string redis_user_key(std::string_view user) {
    return "sso:user:{" + hex_encode(hashed_key("user", user)) + "}";
}

std::string redis_record_key(RecordKind kind, std::string_view hashed_key) {
    return (kind == RecordKind::person ? "sso:person:{" : "sso:ticket:{") + hex_encode(hashed_key) + "}";
}

std::string redis_counter_key(std::string_view hashed_key) {
    return "sso:counter:{" + hex_encode(hashed_key) + "}";
}

RedisScripts::RedisScripts()
    : note(kNote),
      create(kCreate),
      touch(kTouch),
      swap(kSwap),
      remove(kRemove),
      erase(kErase),
      count(kCount),
      report(kReport),
      watchers(kWatchers) {}

}  // namespace sso::session
