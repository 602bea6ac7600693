#include "core/session/lmdb_purge.hpp"

#include <functional>
#include <string>
#include <vector>

#include "core/session/lmdb_sessions.hpp"
#include "core/session/records.hpp"

namespace sso::session {
namespace {

constexpr std::size_t kLook = 4096;  // records looked at in one snapshot
constexpr std::size_t kErase = 256;  // records removed in one transaction

/// Whether a record has had its time.
using IsOver = std::function<bool(Transaction&, std::string_view key, std::string_view value)>;

struct Purge {
    LmdbEnvironment& environment;
    const StoreOptions& options;

    /// Removes the keys that are over still: somebody may have used one since we looked.
    Result<std::uint64_t> erase(Table table, const std::vector<std::string>& keys, const IsOver& is_over) const {
        const auto erased = std::make_shared<std::uint64_t>(0);
        const auto done = environment.writes().run(
            [erased, table, keys, is_over](WriteTransaction& transaction) -> Status {
                *erased = 0;
                for (const std::string& key : keys) {
                    const auto value = transaction.get(table, key);
                    if (!value) return error_of(value);
                    if (!*value || !is_over(transaction, key, **value)) continue;
                    const auto id = table == Table::sessions ? id_of(key) : std::nullopt;
                    const auto gone = id ? erase_session(transaction, *id) : transaction.erase(table, key);
                    if (!gone) return error_of(gone);
                    *erased += *gone ? 1U : 0U;
                }
                return {};
            },
            options.timeout);
        if (!done) return error_of(done);
        return *erased;
    }

    /// Goes through a table. @return how many records went
    Result<std::uint64_t> table(Table table, const IsOver& is_over) const {
        std::uint64_t erased = 0;
        std::string last;
        while (true) {
            std::vector<std::string> over;
            std::size_t looked = 0;
            {
                auto snapshot = environment.read();
                if (!snapshot) return error_of(snapshot);
                const auto scanned = snapshot->scan(table, last, [&](std::string_view key, std::string_view value) {
                    last = key;
                    if (is_over(*snapshot, key, value)) over.emplace_back(key);
                    return ++looked < kLook && over.size() < kErase;
                });
                if (!scanned) return error_of(scanned);
            }
            if (!over.empty()) {
                const auto gone = erase(table, over, is_over);
                if (!gone) return error_of(gone);
                erased += *gone;
            }
            if (looked < kLook && over.size() < kErase) return erased;
        }
    }

    /// Pointers from users to sessions that are gone.
    Status users() const {
        std::vector<std::pair<std::string, std::string>> lost;
        {
            auto snapshot = environment.read();
            if (!snapshot) return error_of(snapshot);
            const auto scanned = snapshot->scan(Table::users, {}, [&](std::string_view user, std::string_view id) {
                const auto session = snapshot->get(Table::sessions, id);
                if (session && !*session) lost.emplace_back(user, id);
                return lost.size() < kErase;
            });
            if (!scanned) return error_of(scanned);
        }
        if (lost.empty()) return {};
        return environment.writes().run(
            [lost](WriteTransaction& transaction) -> Status {
                for (const auto& [user, id] : lost) {
                    const auto session = transaction.get(Table::sessions, id);
                    if (!session) return error_of(session);
                    if (*session) continue;
                    if (const auto gone = transaction.erase_value(Table::users, user, id); !gone) return error_of(gone);
                }
                return {};
            },
            options.timeout);
    }
};

}  // namespace

Result<std::uint64_t> purge_lmdb(LmdbEnvironment& environment, const StoreOptions& options, SysSeconds now) {
    const Purge purge{environment, options};
    // the options are copied: work may outlive its caller
    auto sessions =
        purge.table(Table::sessions, [options, now](Transaction& transaction, std::string_view key, std::string_view) {
            const auto id = id_of(key);
            if (!id) return true;
            const auto session = find_session(transaction, *id);
            return session && *session && is_expired((*session)->facts, options, now);
        });
    if (!sessions) return sessions;
    const IsOver value_is_over = [now](Transaction&, std::string_view key, std::string_view record) {
        const auto kept = KeptValue::decode(key, record);
        return kept && kept->is_over(now);
    };
    const IsOver counter_is_over = [now](Transaction&, std::string_view, std::string_view record) {
        const auto counter = Counter::decode(record);
        return !counter || now >= counter->ends;
    };
    for (const auto& [table, is_over] : {std::pair<Table, const IsOver&>{Table::persons, value_is_over},
                                         {Table::tickets, value_is_over},
                                         {Table::counters, counter_is_over}}) {
        if (const auto gone = purge.table(table, is_over); !gone) return error_of(gone);
    }
    if (const auto done = purge.users(); !done) return error_of(done);
    return sessions;
}

}  // namespace sso::session
