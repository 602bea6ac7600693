#include "core/session/redis_store.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/config/private_file.hpp"
#include "core/session/binary.hpp"
#include "core/session/records.hpp"
#include "core/session/redis_layout.hpp"

namespace sso::session {
namespace {

using redis::Command;
using redis::Repeat;
using redis::Reply;

constexpr std::size_t kBatch = 64;  // sessions in one round trip, where many are read or removed
constexpr int kUnreadable = 201;

// Redis's clock and ours may differ, and Redis shall never drop what `now` says is live.
constexpr std::chrono::seconds kSlack{60};

std::string text_of(SysSeconds time) {
    return std::to_string(time.time_since_epoch().count());
}

std::string text_of(std::chrono::seconds duration) {
    return std::to_string(duration.count());
}

std::optional<SysSeconds> parse_time(std::string_view text) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (seconds < 0 || seconds > kLatestSecond) return std::nullopt;
    return SysSeconds(std::chrono::seconds(seconds));
}

/// Takes the whole of `all` in pieces of kBatch, until `visit` answers an error or false.
template <class T, class Visit>
Result<bool> in_batches(const std::vector<T>& all, const Visit& visit) {
    for (std::size_t start = 0; start < all.size(); start += kBatch) {
        auto go_on = visit(std::span(all).subspan(start, std::min(kBatch, all.size() - start)));
        if (!go_on || !*go_on) return go_on;
    }
    return true;
}

class RedisStore final : public SessionStore {
  public:
    RedisStore(std::unique_ptr<redis::Client> client, StoreOptions options)
        : client_(std::move(client)), options_(std::move(options)) {}

    Status create(const SealedSession& session) override;
    Result<SealedSession> load(const SessionId& id, SysSeconds now) override;
    Status touch(const SessionId& id, SysSeconds now) override;
    Status replace(const SealedSession& session) override;
    Result<std::uint64_t> mark_stale(std::string_view user) override;
    Result<bool> remove(const SessionId& id) override;
    Result<std::uint64_t> remove_user(std::string_view user) override;
    Status list(const SessionQuery& query, SysSeconds now,
                const std::function<bool(const SealedSession&)>& visit) override;
    Result<std::uint64_t> purge(SysSeconds now) override;

    Status put(RecordKind kind, std::string_view key, std::string_view value,
               std::optional<SysSeconds> expires) override;
    Result<std::optional<std::string>> get(RecordKind kind, std::string_view key, SysSeconds now) override;
    Result<std::optional<std::string>> take(RecordKind kind, std::string_view key, SysSeconds now) override;
    Status erase(RecordKind kind, std::string_view key) override;

    Result<std::uint64_t> increment(std::string_view key, std::chrono::seconds window, SysSeconds now) override;
    Status reset(std::string_view key) override;

    Result<std::uint64_t> set_revocation_mark() override;
    Result<std::vector<WatcherReport>> watchers() override;

  private:
    /// A session that was looked for: its record and its time of last use as Redis answered. `not_found` for none.
    using Found = Result<SealedSession>;
    static Found find(const SessionId& id, const Reply& record, const Reply& seen);
    /// Whether Redis could not say what it has; a record that is gone or cannot be read is no such thing.
    static bool is_trouble(const Found& found) noexcept {
        return !found && found.error().code != ErrorCode::not_found && found.error().code != ErrorCode::corrupt;
    }
    using Visit = std::function<Result<bool>(const SessionId& id, const Found& found)>;
    Result<bool> read(std::span<const SessionId> ids, const Visit& visit);
    Status each_session(const Visit& visit);
    Status each_session_of(std::string_view user, const Visit& visit);
    Result<std::vector<SessionId>> ids_of(std::string_view user);
    Status purge_records(std::string_view pattern, SysSeconds now);
    Result<std::uint64_t> remove_all(const std::vector<SessionId>& ids);
    Result<std::optional<std::string>> read_record(const Command& command, Repeat repeat, std::string_view hashed,
                                                   SysSeconds now);

    std::unique_ptr<redis::Client> client_;
    const StoreOptions options_;
    const RedisScripts scripts_;
};

Status RedisStore::create(const SealedSession& session) {
    const std::string record = session.encode();
    if (record.size() > SealedSession::kMaxRecord) {
        return fail(ErrorCode::limit, "a session of " + std::to_string(record.size()) + " bytes; 1 MiB is the most");
    }
    const RedisSessionKeys keys(session.id);
    const std::string user_key = redis_user_key(session.facts.user);
    const std::string created = text_of(session.facts.created);
    const std::string hex = session.id.hex();
    const std::string oldest = text_of(session.facts.created - options_.lifetime - kSlack);
    const std::string seen = text_of(session.facts.last_seen);
    const std::string keep = text_of(options_.lifetime + kSlack);
    const std::string keep_index = text_of(options_.lifetime + 2 * kSlack);
    const auto replies =
        client_->pipeline({Command(scripts_.note, {user_key}, {created, hex, oldest, keep_index}),
                           Command(scripts_.create, {keys.record(), keys.seen()}, {record, seen, keep})},
                          Repeat::never);
    if (!replies) return error_of(replies);
    if (const auto noted = (*replies)[0].as_integer(); !noted) return error_of(noted);
    const auto made = (*replies)[1].as_integer();
    if (!made) return error_of(made);
    if (*made == 0) return fail(ErrorCode::exists, "there is a session " + hex + " already");
    return {};
}

RedisStore::Found RedisStore::find(const SessionId& id, const Reply& record, const Reply& seen) {
    const auto bytes = record.as_text();
    if (!bytes) return error_of(bytes);
    if (!*bytes) return fail(ErrorCode::not_found, "there is no session " + id.hex());
    auto session = SealedSession::decode(id, **bytes);
    if (!session) return session;
    const auto last_use = seen.as_text();
    if (!last_use) return error_of(last_use);
    if (*last_use) {
        const auto time = parse_time(**last_use);
        if (!time) return fail(ErrorCode::corrupt, "session " + id.hex() + ": its time of last use is no number");
        session->facts.last_seen = std::max(session->facts.last_seen, *time);
    }
    return session;
}

Result<SealedSession> RedisStore::load(const SessionId& id, SysSeconds now) {
    const RedisSessionKeys keys(id);
    const auto replies = client_->pipeline({{"GET", keys.record()}, {"GET", keys.seen()}}, Repeat::harmless);
    if (!replies) return error_of(replies);
    auto session = find(id, (*replies)[0], (*replies)[1]);
    if (session && is_expired(session->facts, options_, now)) {
        session = fail(ErrorCode::expired, "session " + id.hex() + " is over");
    }
    return session;
}

Status RedisStore::touch(const SessionId& id, SysSeconds now) {
    const RedisSessionKeys keys(id);
    const std::string time = text_of(now);
    const auto reply = client_->run(Command(scripts_.touch, {keys.seen()}, {time}), Repeat::harmless);
    if (!reply) return error_of(reply);
    return {};
}

Status RedisStore::replace(const SealedSession& session) {
    const std::string record = session.encode();
    if (record.size() > SealedSession::kMaxRecord) {
        return fail(ErrorCode::limit, "a session of " + std::to_string(record.size()) + " bytes; 1 MiB is the most");
    }
    const RedisSessionKeys keys(session.id);
    const auto reply = client_->run(Command(scripts_.swap, {keys.record()}, {"", record}), Repeat::harmless);
    if (!reply) return error_of(reply);
    const auto swapped = reply->as_integer();
    if (!swapped) return error_of(swapped);
    if (*swapped == 0) return fail(ErrorCode::not_found, "there is no session " + session.id.hex());
    return {};
}

Result<std::uint64_t> RedisStore::mark_stale(std::string_view user) {
    std::uint64_t marked = 0;
    const auto done = each_session_of(user, [&](const SessionId& id, const Found& found) -> Result<bool> {
        if (is_trouble(found)) return error_of(found);
        if (!found || found->facts.user != user) return true;
        const RedisSessionKeys keys(id);
        const auto stored = client_->run({"GET", keys.record()}, Repeat::harmless);
        if (!stored) return error_of(stored);
        const auto record = stored->as_text();
        if (!record) return error_of(record);
        if (!*record) return true;  // it has ended meanwhile
        auto session = SealedSession::decode(id, **record);
        if (!session) return error_of(session);
        session->stale = true;
        const std::string fresh = session->encode();
        // one that was replaced meanwhile was read anew meanwhile
        const auto swapped = client_->run(Command(scripts_.swap, {keys.record()}, {**record, fresh}), Repeat::harmless);
        if (!swapped) return error_of(swapped);
        ++marked;
        return true;
    });
    if (!done) return error_of(done);
    return marked;
}

Result<bool> RedisStore::remove(const SessionId& id) {
    const auto removed = remove_all({id});
    if (!removed) return error_of(removed);
    return *removed > 0;
}

/// Removes sessions, and takes them out of their users' indexes.
Result<std::uint64_t> RedisStore::remove_all(const std::vector<SessionId>& ids) {
    std::uint64_t removed = 0;
    const auto done = in_batches(ids, [&](std::span<const SessionId> batch) -> Result<bool> {
        const std::vector<RedisSessionKeys> keys(batch.begin(), batch.end());
        std::vector<Command> commands;
        commands.reserve(keys.size());
        for (const auto& key : keys)
            commands.emplace_back(scripts_.remove, std::initializer_list<std::string_view>{key.record(), key.seen()},
                                  std::initializer_list<std::string_view>{});
        const auto replies = client_->pipeline(commands, Repeat::harmless);
        if (!replies) return error_of(replies);

        std::vector<std::pair<std::string, std::string>> entries;  // user key, id
        for (std::size_t i = 0; i < batch.size(); ++i) {
            const auto answer = (*replies)[i].as_array();
            if (!answer) return error_of(answer);
            if ((*answer)->size() != 2) return fail(ErrorCode::internal, "removing a session: not the script's answer");
            const auto count = (**answer)[0].as_integer();
            if (!count) return error_of(count);
            if (*count == 0) continue;
            ++removed;
            const auto session = SealedSession::decode(batch[i], (**answer)[1].text);
            if (session) entries.emplace_back(redis_user_key(session->facts.user), batch[i].hex());
        }
        if (entries.empty()) return true;
        std::vector<Command> tidying;
        tidying.reserve(entries.size());
        for (const auto& [user_key, hex] : entries) tidying.push_back({"ZREM", user_key, hex});
        // The sessions have ended, and that is what was asked. An index that names them still does no harm.
        static_cast<void>(client_->pipeline(tidying, Repeat::harmless));
        return true;
    });
    if (!done) return error_of(done);
    return removed;
}

Result<std::uint64_t> RedisStore::remove_user(std::string_view user) {
    std::vector<SessionId> ids;
    const auto read = each_session_of(user, [&](const SessionId& id, const Found& found) -> Result<bool> {
        if (is_trouble(found)) return error_of(found);
        const bool somebody_elses = found && found->facts.user != user;
        if (!somebody_elses) ids.push_back(id);  // one that cannot be read stood under this user's name
        return true;
    });
    if (!read) return error_of(read);
    return remove_all(ids);
}

/// Reads sessions in one round trip.
Result<bool> RedisStore::read(std::span<const SessionId> ids, const Visit& visit) {
    const std::vector<RedisSessionKeys> keys(ids.begin(), ids.end());
    std::vector<Command> commands;
    commands.reserve(2 * keys.size());
    for (const auto& key : keys) {
        commands.push_back({"GET", key.record()});
        commands.push_back({"GET", key.seen()});
    }
    const auto replies = client_->pipeline(commands, Repeat::harmless);
    if (!replies) return error_of(replies);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        auto go_on = visit(ids[i], find(ids[i], (*replies)[2 * i], (*replies)[2 * i + 1]));
        if (!go_on || !*go_on) return go_on;
    }
    return true;
}

Status RedisStore::each_session(const Visit& visit) {
    std::set<SessionId> seen;  // SCAN may give a key twice
    return client_->scan(kRedisSessionPattern, [&](const std::vector<std::string>& keys) -> Result<bool> {
        std::vector<SessionId> ids;
        for (const auto& key : keys) {
            const auto id = session_of_redis_key(key);
            if (id && seen.insert(*id).second) ids.push_back(*id);
        }
        return in_batches(ids, [&](std::span<const SessionId> batch) { return read(batch, visit); });
    });
}

Status RedisStore::each_session_of(std::string_view user, const Visit& visit) {
    const auto ids = ids_of(user);
    if (!ids) return error_of(ids);
    const auto done = in_batches(*ids, [&](std::span<const SessionId> batch) { return read(batch, visit); });
    if (!done) return error_of(done);
    return {};
}

Result<std::vector<SessionId>> RedisStore::ids_of(std::string_view user) {
    std::set<SessionId> ids;
    const std::string key = redis_user_key(user);
    const auto scanned = client_->scan_sorted_set(key, [&](const std::vector<std::string>& members) -> Result<bool> {
        for (const auto& member : members) {
            if (const auto id = SessionId::parse(member)) ids.insert(*id);
        }
        return true;
    });
    if (!scanned) return error_of(scanned);
    return std::vector(ids.begin(), ids.end());
}

Status RedisStore::list(const SessionQuery& query, SysSeconds now,
                        const std::function<bool(const SealedSession&)>& visit) {
    const Visit filter = [&](const SessionId& id, const Found& found) -> Result<bool> {
        if (is_trouble(found)) return error_of(found);
        if (!found) {
            if (options_.log && found.error().code == ErrorCode::corrupt) {
                options_.log({LogLevel::warning, kUnreadable,
                              "session " + id.hex() + " cannot be read and is passed over: " + found.error().detail});
            }
            return true;
        }
        if (is_expired(found->facts, options_, now) || !matches(query, found->facts)) return true;
        return visit(*found);
    };
    return query.user ? each_session_of(*query.user, filter) : each_session(filter);
}

Result<std::uint64_t> RedisStore::purge(SysSeconds now) {
    std::uint64_t removed = 0;
    std::vector<SessionId> over;
    const auto remove_collected = [&]() -> Status {
        const auto gone = remove_all(std::exchange(over, {}));
        if (!gone) return error_of(gone);
        removed += *gone;
        return {};
    };
    const auto looked = each_session([&](const SessionId& id, const Found& found) -> Result<bool> {
        if (is_trouble(found)) return error_of(found);
        if (found && is_expired(found->facts, options_, now)) over.push_back(id);
        if (over.size() < kBatch) return true;
        const auto done = remove_collected();
        if (!done) return error_of(done);
        return true;
    });
    if (!looked) return error_of(looked);
    if (const auto done = remove_collected(); !done) return error_of(done);
    for (const auto pattern : {kRedisPersonPattern, kRedisTicketPattern}) {
        if (const auto done = purge_records(pattern, now); !done) return error_of(done);
    }
    return removed;
}

/// Removes the persons or tickets that are over, unless they have been replaced since they were looked at. Counters are
/// left to Redis: one whose window has passed starts anew by itself.
Status RedisStore::purge_records(std::string_view pattern, SysSeconds now) {
    const std::string last_byte = std::to_string(KeptValue::kHead - 1);
    return client_->scan(pattern, [&](const std::vector<std::string>& keys) -> Result<bool> {
        std::vector<Command> looking;
        looking.reserve(keys.size());
        for (const auto& key : keys) looking.push_back({"GETRANGE", key, "0", last_byte});
        const auto heads = client_->pipeline(looking, Repeat::harmless);
        if (!heads) return error_of(heads);
        std::vector<Command> erasing;
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const auto head = (*heads)[i].as_text();
            if (!head || !*head || !KeptValue::is_over(**head, now)) continue;
            erasing.emplace_back(scripts_.erase, std::initializer_list<std::string_view>{keys[i]},
                                 std::initializer_list<std::string_view>{**head});
        }
        if (erasing.empty()) return true;
        const auto erased = client_->pipeline(erasing, Repeat::harmless);
        if (!erased) return error_of(erased);
        return true;
    });
}

Status RedisStore::put(RecordKind kind, std::string_view key, std::string_view value,
                       std::optional<SysSeconds> expires) {
    if (value.size() > kMaxValue) {
        return fail(ErrorCode::limit, "a record of " + std::to_string(value.size()) + " bytes; 1 MiB is the most");
    }
    const std::string hashed = hashed_key(kind, key);
    const std::string name = redis_record_key(kind, hashed);
    const std::string record = KeptValue{expires, value}.encode(hashed);
    Command command{"SET", name, record};
    std::string keep;
    if (expires) {
        // When Redis may forget it; `get` and `take` go by the record's own time and their `now`.
        const auto left = *expires - std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        keep = text_of(std::max(left, std::chrono::seconds::zero()) + kSlack);
        command.arguments.append({"EX", keep});
    }
    const auto reply = client_->run(command, Repeat::harmless);
    if (!reply) return error_of(reply);
    return reply->as_ok();
}

Result<std::optional<std::string>> RedisStore::read_record(const Command& command, Repeat repeat,
                                                           std::string_view hashed, SysSeconds now) {
    const auto reply = client_->run(command, repeat);
    if (!reply) return error_of(reply);
    const auto record = reply->as_text();
    if (!record) return error_of(record);
    if (!*record) return std::nullopt;
    const auto kept = KeptValue::decode(hashed, **record);
    if (!kept) return fail(ErrorCode::corrupt, "a stored person or ticket is damaged");
    if (kept->is_over(now)) return std::nullopt;
    return std::string(kept->value);
}

Result<std::optional<std::string>> RedisStore::get(RecordKind kind, std::string_view key, SysSeconds now) {
    const std::string hashed = hashed_key(kind, key);
    const std::string name = redis_record_key(kind, hashed);
    return read_record({"GET", name}, Repeat::harmless, hashed, now);
}

Result<std::optional<std::string>> RedisStore::take(RecordKind kind, std::string_view key, SysSeconds now) {
    const std::string hashed = hashed_key(kind, key);
    const std::string name = redis_record_key(kind, hashed);
    return read_record({"GETDEL", name}, Repeat::never, hashed, now);
}

Status RedisStore::erase(RecordKind kind, std::string_view key) {
    const std::string name = redis_record_key(kind, hashed_key(kind, key));
    const auto reply = client_->run({"DEL", name}, Repeat::harmless);
    if (!reply) return error_of(reply);
    return {};
}

Result<std::uint64_t> RedisStore::increment(std::string_view key, std::chrono::seconds window, SysSeconds now) {
    const std::string name = redis_counter_key(hashed_key("counter", key));
    const std::string from = text_of(now);
    const std::string ends = text_of(now + window);
    const std::string keep = text_of(window + kSlack);
    const auto reply = client_->run(Command(scripts_.count, {name}, {from, ends, keep}), Repeat::never);
    if (!reply) return error_of(reply);
    const auto count = reply->as_integer();
    if (!count) return error_of(count);
    return static_cast<std::uint64_t>(*count);
}

Status RedisStore::reset(std::string_view key) {
    const std::string name = redis_counter_key(hashed_key("counter", key));
    const auto reply = client_->run({"DEL", name}, Repeat::harmless);
    if (!reply) return error_of(reply);
    return {};
}

Result<std::uint64_t> RedisStore::set_revocation_mark() {
    const auto reply = client_->run({"INCR", kRedisMarkKey}, Repeat::harmless);
    if (!reply) return error_of(reply);
    const auto mark = reply->as_integer();
    if (!mark) return error_of(mark);
    return static_cast<std::uint64_t>(*mark);
}

Result<std::vector<WatcherReport>> RedisStore::watchers() {
    const auto reply = client_->run(Command(scripts_.watchers, {kRedisWatchersKey}, {}), Repeat::harmless);
    if (!reply) return error_of(reply);
    const auto words = reply->as_array();
    if (!words) return error_of(words);
    std::vector<WatcherReport> reports;
    for (std::size_t i = 0; i + 1 < (*words)->size(); i += 2) {
        const auto& reached = (**words)[i].text;
        WatcherReport report{(**words)[i + 1].text};
        const auto [end, error] = std::from_chars(reached.data(), reached.data() + reached.size(), report.reached);
        if (error != std::errc{}) return fail(ErrorCode::corrupt, "a watcher's word in Redis cannot be read");
        reports.push_back(std::move(report));
    }
    return reports;
}

Result<Secret> read_password(const std::string& path) {
    const auto text = config::read_secret_file(path);
    if (!text) return fail(text.error().code, "session.store_password_file: " + text.error().detail);
    std::string_view line = text->reveal();
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.empty() || line.find('\n') != line.npos) {
        return fail(ErrorCode::invalid,
                    "session.store_password_file: " + printable(path) + ": expected one line, " + "the password");
    }
    return Secret(std::string(line));
}

}  // namespace

Result<std::unique_ptr<redis::Client>> open_redis_client(std::string_view uri, const StoreOptions& options) {
    auto server = redis::ServerUri::parse(uri);
    if (!server) return error_of(server);
    if (!options.password_file.empty()) {
        if (!server->password.empty()) {
            return fail(
                ErrorCode::invalid,
                "session.store has a password in it, and session.store_password_file names another: one is to go");
        }
        auto password = read_password(options.password_file);
        if (!password) return error_of(password);
        server->password = std::move(*password);
    }
    if (server->tls_files.ca_file.empty()) server->tls_files.ca_file = options.ca_file;
    redis::Client::Options client_options;
    client_options.timeout = options.timeout;
    return redis::Client::open(std::move(*server), client_options);
}

Result<std::unique_ptr<SessionStore>> open_redis_store(std::string_view uri, const StoreOptions& options) {
    auto client = open_redis_client(uri, options);
    if (!client) return error_of(client);
    return std::make_unique<RedisStore>(std::move(*client), options);
}

}  // namespace sso::session
