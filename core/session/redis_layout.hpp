// What stands in Redis under which key, and the scripts that change more than one key at once. For the Redis store
// alone; docs/redis.md shows it to administrators.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/redis/command.hpp"
#include "core/session/session.hpp"
#include "core/session/session_store.hpp"

namespace sso::session {

/// The keys of one session. They share a hash tag, so that a Cluster keeps them on one node. `seen` changes with use
/// and stands under a prefix of its own: caches that Redis tells of changes under `sso:session:` are not told of it.
class RedisSessionKeys {
  public:
    explicit RedisSessionKeys(const SessionId& id) noexcept;
    /// A string: SealedSession::encode.
    [[nodiscard]] std::string_view record() const noexcept { return {record_.data(), record_.size()}; }
    /// A string: when it was last used, seconds since 1970 in decimal.
    [[nodiscard]] std::string_view seen() const noexcept { return {seen_.data(), seen_.size()}; }

    static constexpr std::string_view kRecord = "sso:session:{";
    static constexpr std::string_view kSeen = "sso:seen:{";

  private:
    static constexpr std::size_t kTag = std::tuple_size_v<SessionId::Digits> + 1;
    std::array<char, kRecord.size() + kTag> record_;
    std::array<char, kSeen.size() + kTag> seen_;
};

/// What SCAN is asked for, and a session's id from what it answers; nothing for a key that is none of ours.
inline constexpr std::string_view kRedisSessionPattern = "sso:session:*";
inline constexpr std::string_view kRedisPersonPattern = "sso:person:*";
inline constexpr std::string_view kRedisTicketPattern = "sso:ticket:*";
std::optional<SessionId> session_of_redis_key(std::string_view key);

/// A sorted set: the ids (hexadecimal) of a user's sessions by time of creation. Ids in it may be of sessions that have
/// ended; no live session is missing.
std::string redis_user_key(std::string_view user);

/// A string: KeptValue under its hashed key.
std::string redis_record_key(RecordKind kind, std::string_view hashed_key);
/// A hash: `count`, and `ends`, when its window is over (seconds since 1970).
std::string redis_counter_key(std::string_view hashed_key);

/// A string: how many marks administrators have set. What changes under these two prefixes is told to watchers.
inline constexpr std::string_view kRedisMarkKey = "sso:mark:{watch}";
inline constexpr std::string_view kRedisSessionPrefix = "sso:session:";
inline constexpr std::string_view kRedisMarkPrefix = "sso:mark:";
/// A hash: a watcher's id → when its word is over (seconds since 1970), the mark that it has reached, its name.
inline constexpr std::string_view kRedisWatchersKey = "sso:watchers:{watch}";

/// Each runs as one step in Redis and touches keys of one hash tag.
struct RedisScripts {
    RedisScripts();
    redis::Script note;      ///< user key; created, id, oldest created to keep, seconds to keep
    redis::Script create;    ///< record and seen key; record, last seen, seconds to keep. 0 if the id is taken, else 1
    redis::Script touch;     ///< seen key; now
    redis::Script swap;      ///< record key; the record, or "" for any; the new one. 1 if it was there, else 0
    redis::Script remove;    ///< record and seen key. [how many there were, the record (nil, or "" if it is no string)]
    redis::Script erase;     ///< record key; its first bytes. Removes a record that still begins so
    redis::Script count;     ///< counter key; now, the end of a window beginning now, seconds to keep. The new count
    redis::Script report;    ///< watchers key; id, seconds that its word holds (0: it leaves), mark reached, name
    redis::Script watchers;  ///< watchers key. [mark reached, name, mark reached, …] of those whose word holds
};

}  // namespace sso::session
