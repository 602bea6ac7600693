#include "core/session/lmdb_store.hpp"

#include <tuple>
#include <vector>

#include "core/session/lmdb_environment.hpp"
#include "core/session/lmdb_purge.hpp"
#include "core/session/lmdb_sessions.hpp"
#include "core/session/records.hpp"

namespace sso::session {
namespace {

constexpr std::size_t kChunk = 256;  // sessions read in one snapshot
constexpr int kCannotOpen = 200;
constexpr int kUnreadable = 201;
constexpr int kOpened = 202;

Table table_of(RecordKind kind) noexcept {
    return kind == RecordKind::person ? Table::persons : Table::tickets;
}

Result<std::optional<std::string>> find_value(Transaction& transaction, RecordKind kind, std::string_view key,
                                              SysSeconds now) {
    const auto record = transaction.get(table_of(kind), key);
    if (!record) return error_of(record);
    if (!*record) return std::nullopt;
    const auto kept = KeptValue::decode(key, **record);
    if (!kept) return fail(ErrorCode::corrupt, "a stored person or ticket is damaged");
    if (kept->is_over(now)) return std::nullopt;
    return std::optional(std::string(kept->value));
}

}  // namespace

LmdbStore::LmdbStore(std::string folder, StoreOptions options, std::size_t map_bytes)
    : folder_(std::move(folder)), options_(std::move(options)), map_bytes_(map_bytes) {
    static_cast<void>(environment());
}

LmdbStore::~LmdbStore() = default;

void LmdbStore::say(LogLevel level, int number, std::string text) const {
    if (options_.log) options_.log({level, number, std::move(text)});
}

/// The environment, looked after each second: opened when it could not be before, and again when its files were
/// replaced. One that LMDB has given up is opened again at once: until then it serves nobody.
Result<std::shared_ptr<LmdbEnvironment>> LmdbStore::environment() {
    const auto now = std::chrono::steady_clock::now();
    const std::scoped_lock lock(environment_mutex_);
    if (environment_ && !environment_->is_ours()) {
        return fail(ErrorCode::internal, "the session store was opened before the fork");
    }
    if (environment_ && environment_->has_failed()) {
        why_closed_ = Error{ErrorCode::unavailable, folder_ + ": an error of the disk; it is opened again"};
        say(LogLevel::error, kCannotOpen, why_closed_.detail);
        environment_.reset();
        look_again_ = now;
    }
    if (now >= look_again_) {
        look_again_ = now + std::chrono::seconds(1);
        if (environment_ && !environment_->in_place()) environment_.reset();
        if (!environment_) {
            auto opened = LmdbEnvironment::open(folder_, map_bytes_, options_.timeout);
            if (opened) {
                if (!why_closed_.detail.empty())
                    say(LogLevel::notice, kOpened, "session store " + folder_ + ": opened");
                why_closed_.detail.clear();
                environment_ = std::move(*opened);
            } else if (opened.error().detail != why_closed_.detail) {
                why_closed_ = std::move(opened.error());
                say(LogLevel::error, kCannotOpen, why_closed_.detail);
            }
        }
    }
    if (!environment_) return tl::unexpected<Error>(why_closed_);
    return environment_;
}

/// Has `work` done by the writing thread and waits for what it gives.
template <class T>
Result<T> LmdbStore::write(std::function<Result<T>(WriteTransaction&)> work) {
    const auto open = environment();
    if (!open) return error_of(open);
    const auto given = std::make_shared<std::optional<T>>();
    const auto done = (*open)->writes().run(
        [given, work = std::move(work)](WriteTransaction& transaction) -> Status {
            auto result = work(transaction);
            if (!result) return error_of(result);
            *given = std::move(*result);
            return {};
        },
        options_.timeout);
    if (!done) return error_of(done);
    return std::move(**given);
}

Status LmdbStore::create(const SealedSession& session) {
    std::string record = session.encode();
    if (record.size() > SealedSession::kMaxRecord) {
        return fail(ErrorCode::limit, "a session of " + std::to_string(record.size()) + " bytes; 1 MiB is the most");
    }
    const auto created =
        write<bool>([id = session.id, record = std::move(record), user = user_key(session.facts.user),
                     seen = encode_time(session.facts.last_seen)](WriteTransaction& transaction) -> Result<bool> {
            const auto there = transaction.get(Table::sessions, id.bytes());
            if (!there) return error_of(there);
            if (*there) return fail(ErrorCode::exists, "there is a session " + id.hex() + " already");
            if (const auto room = transaction.has_room(record.size()); !room) return error_of(room);
            for (const auto& [table, key, value] : {std::tuple{Table::sessions, id.bytes(), std::string_view(record)},
                                                    std::tuple{Table::seen, id.bytes(), std::string_view(seen)},
                                                    std::tuple{Table::users, std::string_view(user), id.bytes()}}) {
                if (const auto done = transaction.put(table, key, value); !done) return error_of(done);
            }
            return true;
        });
    if (!created) return error_of(created);
    return {};
}

Result<SealedSession> LmdbStore::load(const SessionId& id, SysSeconds now) {
    const auto open = environment();
    if (!open) return error_of(open);
    auto snapshot = (*open)->read();
    if (!snapshot) return error_of(snapshot);
    auto session = find_session(*snapshot, id);
    if (!session) return error_of(session);
    if (!*session) return fail(ErrorCode::not_found, "there is no session " + id.hex());
    if (is_expired((*session)->facts, options_, now))
        return fail(ErrorCode::expired, "session " + id.hex() + " is over");
    return std::move(**session);
}

Status LmdbStore::touch(const SessionId& id, SysSeconds now) {
    const auto open = environment();
    if (!open) return error_of(open);
    return (*open)->writes().post([id, now](WriteTransaction& transaction) -> Status {
        const auto seen = transaction.get(Table::seen, id.bytes());
        if (!seen) return error_of(seen);
        if (!*seen) return {};  // the session is gone
        const auto before = decode_time(**seen);
        if (before && *before >= now) return {};
        return transaction.put(Table::seen, id.bytes(), encode_time(now));
    });
}

Status LmdbStore::replace(const SealedSession& session) {
    std::string record = session.encode();
    if (record.size() > SealedSession::kMaxRecord) {
        return fail(ErrorCode::limit, "a session of " + std::to_string(record.size()) + " bytes; 1 MiB is the most");
    }
    const auto replaced =
        write<bool>([id = session.id, record = std::move(record)](WriteTransaction& transaction) -> Result<bool> {
            const auto there = transaction.get(Table::sessions, id.bytes());
            if (!there) return error_of(there);
            if (!*there) return fail(ErrorCode::not_found, "there is no session " + id.hex());
            if (const auto room = transaction.has_room(record.size()); !room) return error_of(room);
            if (const auto put = transaction.put(Table::sessions, id.bytes(), record); !put) return error_of(put);
            if (const auto noted = note_revocation(transaction, id.bytes()); !noted) return error_of(noted);
            return true;
        });
    if (!replaced) return error_of(replaced);
    return {};
}

Result<std::uint64_t> LmdbStore::mark_stale(std::string_view user) {
    return write<std::uint64_t>(
        [key = user_key(user), user = std::string(user)](WriteTransaction& transaction) -> Result<std::uint64_t> {
            std::vector<SessionId> ids;
            const auto found = transaction.each_value(Table::users, key, [&](std::string_view, std::string_view value) {
                if (const auto id = id_of(value)) ids.push_back(*id);
                return true;
            });
            if (!found) return error_of(found);
            std::uint64_t marked = 0;
            for (const SessionId& id : ids) {
                auto session = find_session(transaction, id);
                if (!session && session.error().code != ErrorCode::corrupt) return error_of(session);
                if (!session || !*session || (*session)->facts.user != user) continue;
                (*session)->stale = true;
                const std::string record = (*session)->encode();
                if (const auto room = transaction.has_room(record.size()); !room) return error_of(room);
                if (const auto put = transaction.put(Table::sessions, id.bytes(), record); !put) return error_of(put);
                if (const auto noted = note_revocation(transaction, id.bytes()); !noted) return error_of(noted);
                ++marked;
            }
            return marked;
        });
}

Result<bool> LmdbStore::remove(const SessionId& id) {
    return write<bool>([id](WriteTransaction& transaction) { return erase_session(transaction, id); });
}

Result<std::uint64_t> LmdbStore::remove_user(std::string_view user) {
    return write<std::uint64_t>([user = user_key(user)](WriteTransaction& transaction) -> Result<std::uint64_t> {
        std::vector<SessionId> ids;
        const auto found = transaction.each_value(Table::users, user, [&](std::string_view, std::string_view value) {
            if (const auto id = id_of(value)) ids.push_back(*id);
            return true;
        });
        if (!found) return error_of(found);
        std::uint64_t removed = 0;
        for (const SessionId& id : ids) {
            const auto erased = erase_session(transaction, id);
            if (!erased) return error_of(erased);
            removed += *erased ? 1U : 0U;
        }
        if (const auto erased = transaction.erase(Table::users, user); !erased) return error_of(erased);
        return removed;
    });
}

// In chunks, each from a snapshot of its own: `visit` may take its time, and a long snapshot would keep the pages of
// everything that is replaced meanwhile.
Status LmdbStore::list(const SessionQuery& query, SysSeconds now,
                       const std::function<bool(const SealedSession&)>& visit) {
    const auto open = environment();
    if (!open) return error_of(open);
    std::vector<SessionId> ids;
    std::string last;
    const auto add = [&](std::string_view id) {
        last = id;
        if (const auto session_id = id_of(id)) ids.push_back(*session_id);
    };
    do {
        ids.clear();
        std::vector<SealedSession> sessions;
        {
            auto snapshot = (*open)->read();
            if (!snapshot) return error_of(snapshot);
            const auto found = query.user
                                   ? snapshot->each_value(Table::users, user_key(*query.user),
                                                          [&](std::string_view, std::string_view id) {
                                                              add(id);
                                                              return true;
                                                          })
                                   : snapshot->scan(Table::sessions, last, [&](std::string_view id, std::string_view) {
                                         add(id);
                                         return ids.size() < kChunk;
                                     });
            if (!found) return error_of(found);
            for (const SessionId& id : ids) {
                auto session = find_session(*snapshot, id);
                if (!session && session.error().code == ErrorCode::corrupt) {
                    say(LogLevel::warning, kUnreadable, session.error().detail);
                } else if (!session) {
                    return error_of(session);
                } else if (*session && !is_expired((*session)->facts, options_, now) &&
                           matches(query, (*session)->facts)) {
                    sessions.push_back(std::move(**session));
                }
            }
        }
        for (const SealedSession& session : sessions) {
            if (!visit(session)) return {};
        }
    } while (!query.user && ids.size() == kChunk);
    return {};
}

Result<std::uint64_t> LmdbStore::purge(SysSeconds now) {
    const auto open = environment();
    if (!open) return error_of(open);
    (*open)->clear_dead_readers();
    return purge_lmdb(**open, options_, now);
}

Status LmdbStore::put(RecordKind kind, std::string_view key, std::string_view value,
                      std::optional<SysSeconds> expires) {
    if (value.size() > kMaxValue) {
        return fail(ErrorCode::limit, "a record of " + std::to_string(value.size()) + " bytes; 1 MiB is the most");
    }
    std::string name = hashed_key(kind, key);
    std::string record = KeptValue{expires, value}.encode(name);
    const auto done = write<bool>([table = table_of(kind), name = std::move(name),
                                   record = std::move(record)](WriteTransaction& transaction) -> Result<bool> {
        if (const auto room = transaction.has_room(record.size()); !room) return error_of(room);
        if (const auto put = transaction.put(table, name, record); !put) return error_of(put);
        return true;
    });
    if (!done) return error_of(done);
    return {};
}

Result<std::optional<std::string>> LmdbStore::get(RecordKind kind, std::string_view key, SysSeconds now) {
    const auto open = environment();
    if (!open) return error_of(open);
    auto snapshot = (*open)->read();
    if (!snapshot) return error_of(snapshot);
    return find_value(*snapshot, kind, hashed_key(kind, key), now);
}

Result<std::optional<std::string>> LmdbStore::take(RecordKind kind, std::string_view key, SysSeconds now) {
    return write<std::optional<std::string>>(
        [kind, name = hashed_key(kind, key), now](WriteTransaction& transaction) -> Result<std::optional<std::string>> {
            auto value = find_value(transaction, kind, name, now);
            if (!value) return error_of(value);
            if (const auto erased = transaction.erase(table_of(kind), name); !erased) return error_of(erased);
            return value;
        });
}

Status LmdbStore::erase(RecordKind kind, std::string_view key) {
    const auto erased = write<bool>([table = table_of(kind), name = hashed_key(kind, key)](
                                        WriteTransaction& transaction) { return transaction.erase(table, name); });
    if (!erased) return error_of(erased);
    return {};
}

Result<std::uint64_t> LmdbStore::increment(std::string_view key, std::chrono::seconds window, SysSeconds now) {
    return write<std::uint64_t>(
        [name = hashed_key("counter", key), window, now](WriteTransaction& transaction) -> Result<std::uint64_t> {
            const auto record = transaction.get(Table::counters, name);
            if (!record) return error_of(record);
            Counter counter{0, now + window};
            if (*record) {
                const auto before = Counter::decode(**record);
                if (!before) return fail(ErrorCode::corrupt, "a stored counter is damaged");
                if (now < before->ends) counter = *before;
            } else if (const auto room = transaction.has_room(name.size()); !room) {
                return error_of(room);
            }
            ++counter.count;
            if (const auto put = transaction.put(Table::counters, name, counter.encode()); !put) return error_of(put);
            return counter.count;
        });
}

Status LmdbStore::reset(std::string_view key) {
    const auto erased = write<bool>([name = hashed_key("counter", key)](WriteTransaction& transaction) {
        return transaction.erase(Table::counters, name);
    });
    if (!erased) return error_of(erased);
    return {};
}

Result<std::uint64_t> LmdbStore::set_revocation_mark() {
    return write<std::uint64_t>([](WriteTransaction& transaction) { return note_revocation(transaction, {}); });
}

Result<std::vector<WatcherReport>> LmdbStore::watchers() {
    const auto open = environment();
    if (!open) return error_of(open);
    auto snapshot = (*open)->read();
    if (!snapshot) return error_of(snapshot);
    const SysSeconds now = SystemClock().now();  // one host's: the watchers' is the same
    std::vector<WatcherReport> reports;
    const auto scanned = snapshot->scan(Table::watchers, {}, [&](std::string_view, std::string_view record) {
        auto word = WatcherWord::decode(record);
        if (word && now < word->ends) reports.push_back(std::move(word->report));
        return true;
    });
    if (!scanned) return error_of(scanned);
    return reports;
}

}  // namespace sso::session
