#include <chrono>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "core/base/text.hpp"
#include "core/base/time_text.hpp"
#include "core/session/revocation_board.hpp"
#include "manager/ssoctl/audit.hpp"
#include "manager/ssoctl/command.hpp"
#include "manager/ssoctl/session_creation.hpp"
#include "manager/ssoctl/time_argument.hpp"

namespace sso::ssoctl {
namespace {

using session::SealedSession;
using session::SessionStore;

SysSeconds now() {
    return SystemClock().now();
}

nlohmann::ordered_json json_of(const SealedSession& session) {
    const auto& facts = session.facts;
    return {{"id", session.id.hex()},
            {"user", facts.user},
            {"created", time_text(facts.created)},
            {"last_seen", time_text(facts.last_seen)},
            {"address", facts.address},
            {"user_agent", facts.user_agent}};
}

std::string dump(const nlohmann::ordered_json& json) {
    return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Opens configuration and store and hands them to `act`; says what is wrong otherwise.
template <class Act>
void with_store(Run& run, Act&& act) {
    const auto snapshot = load_configuration(run);
    if (!snapshot) return;
    const auto store = open_session_store(run, snapshot->settings);
    if (store) std::forward<Act>(act)(*snapshot, *store);
}

struct ListOptions {
    std::string user, address, since;
};

void list(Run& run, const ListOptions& options) {
    session::SessionQuery query;
    if (!options.user.empty()) query.user = options.user;
    if (!options.address.empty()) query.address = options.address;
    if (!options.since.empty()) {
        const auto since = parse_time(options.since, now());
        if (!since) return run.fail(since.error());
        query.since = *since;
    }
    with_store(run, [&](const rules::Snapshot&, SessionStore& store) {
        auto array = nlohmann::ordered_json::array();
        if (!run.json)
            run.out << std::left << std::setw(66) << "ID" << std::setw(22) << "CREATED" << std::setw(22) << "LAST SEEN"
                    << std::setw(18) << "ADDRESS"
                    << "USER\n";
        const auto listed = store.list(query, now(), [&](const SealedSession& session) {
            if (run.json) {
                array.push_back(json_of(session));
            } else {
                run.out << std::left << std::setw(66) << session.id.hex() << std::setw(22)
                        << time_text(session.facts.created) << std::setw(22) << time_text(session.facts.last_seen)
                        << std::setw(18) << printable(session.facts.address) << printable(session.facts.user) << '\n';
            }
            return true;
        });
        if (!listed) return run.fail(listed.error());
        if (run.json) run.out << dump(array) << '\n';
    });
}

void show(Run& run, const std::string& id_text) {
    const auto id = session::SessionId::parse(id_text);
    if (!id) return run.fail(id.error());
    with_store(run, [&](const rules::Snapshot& snapshot, SessionStore& store) {
        const auto loaded = store.load(*id, now());
        if (!loaded) return run.fail(loaded.error());
        const auto& facts = loaded->facts;
        const auto& settings = snapshot.settings.session;
        const SysSeconds ends_idle = facts.last_seen + settings.idle_timeout;
        const SysSeconds ends = facts.created + settings.lifetime;
        if (run.json) {
            auto json = json_of(*loaded);
            json["ends"] = time_text(ends);
            if (settings.idle_timeout.count() > 0) json["ends_unless_used"] = time_text(ends_idle);
            run.out << dump(json) << '\n';
            return;
        }
        run.out << "id:          " << loaded->id.hex() << "\nuser:        " << printable(facts.user)
                << "\ncreated:     " << time_text(facts.created) << "\nlast seen:   " << time_text(facts.last_seen)
                << "\naddress:     " << printable(facts.address) << "\nbrowser:     " << printable(facts.user_agent)
                << "\nends:        " << time_text(ends);
        if (settings.idle_timeout.count() > 0) run.out << ", or " << time_text(ends_idle) << " if not used before";
        run.out << "\nattributes:  sealed; only the browser's cookie opens them\n";
    });
}

struct DeleteOptions {
    std::string id, user;
    bool all = false;
    bool wait = false;
};

/// Whether every handler has let go of what was ended or changed before, and how long that took.
struct LettingGo {
    std::chrono::milliseconds took{0};
    std::vector<std::string> waiting_for;  ///< the hosts that have not
};

/// Waits until all who watch the store have come to a mark that is set now.
Result<LettingGo> wait_for_handlers(SessionStore& store) {
    using std::chrono::steady_clock;
    constexpr std::chrono::milliseconds kLookEach{2};
    constexpr std::chrono::seconds kPatience{5};
    const auto began = steady_clock::now();
    const auto mark = store.set_revocation_mark();
    if (!mark) return fail(mark.error());
    LettingGo outcome;
    do {
        const auto watchers = store.watchers();
        if (!watchers) return fail(watchers.error());
        outcome.waiting_for.clear();
        for (const auto& watcher : *watchers) {
            if (watcher.reached < *mark) outcome.waiting_for.push_back(watcher.name);
        }
        outcome.took = std::chrono::ceil<std::chrono::milliseconds>(steady_clock::now() - began);
        // where nobody watches, handlers ask again for what they remember for so long
        const bool may_be_unwatched = watchers->empty() && outcome.took < session::RevocationBoard::kSilence;
        if (outcome.waiting_for.empty() && !may_be_unwatched) return outcome;
        std::this_thread::sleep_for(kLookEach);
    } while (outcome.took < kPatience);
    return outcome;
}

/// Says what has become of a command, and with `wait` who has let go.
void report(Run& run, SessionStore& store, nlohmann::ordered_json json, const std::string& text, bool wait) {
    if (!wait) {
        run.out << (run.json ? dump(json) : text) << '\n';
        return;
    }
    const auto gone = wait_for_handlers(store);
    if (!gone) {
        run.out << (run.json ? dump(json) : text) << '\n';
        return run.fail(gone.error());
    }
    if (run.json) {
        json["waited_ms"] = gone->took.count();
        json["waiting_for"] = gone->waiting_for;
        run.out << dump(json) << '\n';
    } else {
        run.out << text << '\n';
        if (gone->waiting_for.empty()) run.out << "every handler has let go after " << gone->took.count() << " ms\n";
    }
    if (gone->waiting_for.empty()) return;
    std::string hosts;
    for (const auto& host : gone->waiting_for) hosts += (hosts.empty() ? "" : ", ") + printable(host);
    run.fail(Exit::unreachable, "not all handlers have let go yet: " + hosts);
}

void remove(Run& run, const DeleteOptions& options) {
    const int targets = (options.id.empty() ? 0 : 1) + (options.user.empty() ? 0 : 1) + (options.all ? 1 : 0);
    if (targets != 1) return run.fail(Exit::invalid, "session delete: name one of ID, --user U and --all");
    std::optional<session::SessionId> id;
    if (!options.id.empty()) {
        const auto parsed = session::SessionId::parse(options.id);
        if (!parsed) return run.fail(parsed.error());
        id = *parsed;
    }
    with_store(run, [&](const rules::Snapshot&, SessionStore& store) {
        std::uint64_t count = 0;
        std::optional<Error> failure;
        if (id) {
            const auto removed = store.remove(*id);
            if (!removed) return run.fail(removed.error());
            count = *removed ? 1 : 0;
        } else if (!options.user.empty()) {
            const auto removed = store.remove_user(options.user);
            if (!removed) return run.fail(removed.error());
            count = *removed;
        } else {
            std::vector<session::SessionId> ids;
            const auto listed = store.list({}, now(), [&](const SealedSession& session) {
                ids.push_back(session.id);
                return true;
            });
            if (!listed) return run.fail(listed.error());
            for (const auto& each : ids) {
                const auto removed = store.remove(each);
                if (!removed) {
                    failure = removed.error();
                    break;
                }
                if (*removed) ++count;
            }
        }
        const std::string what =
            id ? "session " + id->hex()
               : (options.all ? std::string("all sessions") : "sessions of " + printable(options.user));
        if (count > 0) audit(run, {LogLevel::notice, 601, "ended " + what + " (" + std::to_string(count) + ")"});
        if (failure) run.fail(*failure);
        if (count == 0 && !failure) run.exit = Exit::refused;
        report(run, store, {{"ended", count}},
               std::to_string(count) + (count == 1 ? " session ended" : " sessions ended"), options.wait && !failure);
    });
}

void refresh(Run& run, const std::string& user, bool wait) {
    with_store(run, [&](const rules::Snapshot&, SessionStore& store) {
        const auto marked = store.mark_stale(user);
        if (!marked) return run.fail(marked.error());
        if (*marked > 0) {
            audit(run, {LogLevel::notice, 377,
                        "sessions of " + printable(user) + " are read anew (" + std::to_string(*marked) + ")"});
        } else {
            run.exit = Exit::refused;
        }
        report(
            run, store, {{"marked", *marked}},
            std::to_string(*marked) + (*marked == 1 ? " session is" : " sessions are") + " read anew at the next visit",
            wait);
    });
}

void count(Run& run) {
    with_store(run, [&](const rules::Snapshot&, SessionStore& store) {
        const auto counted = store.count(now());
        if (!counted) return run.fail(counted.error());
        if (run.json) {
            run.out << dump({{"sessions", *counted}}) << '\n';
        } else {
            run.out << *counted << '\n';
        }
    });
}

void purge(Run& run) {
    with_store(run, [&](const rules::Snapshot&, SessionStore& store) {
        const auto purged = store.purge(now());
        if (!purged) return run.fail(purged.error());
        if (run.json) {
            run.out << dump({{"purged", *purged}}) << '\n';
        } else {
            run.out << *purged << (*purged == 1 ? " expired session removed\n" : " expired sessions removed\n");
        }
    });
}

}  // namespace

void add_session_commands(CLI::App& program, Run& run) {
    CLI::App* sessions = program.add_subcommand("session", "look at sessions, make and end them");
    sessions->require_subcommand(1);

    auto list_options = std::make_shared<ListOptions>();
    CLI::App* command = sessions->add_subcommand("list", "live sessions");
    command->add_option("--user", list_options->user, "of this user alone");
    command->add_option("--ip", list_options->address, "opened from this address alone");
    command->add_option("--since", list_options->since,
                        "opened since: 90s, 15min, 2h or 7d ago, 2026-01-31T12:00:00Z, or seconds since 1970");
    command->callback([&run, list_options] { list(run, *list_options); });

    auto id = std::make_shared<std::string>();
    command = sessions->add_subcommand("show", "what is stored of one session in the clear");
    command->add_option("ID", *id, "the store's key, as `session list` prints it; never the cookie")->required();
    command->callback([&run, id] { show(run, *id); });

    auto delete_options = std::make_shared<DeleteOptions>();
    command = sessions->add_subcommand("delete", "end one session, all of a user, or all");
    command->add_option("ID", delete_options->id, "the store's key");
    command->add_option("--user", delete_options->user, "all sessions of this user");
    command->add_flag("--all", delete_options->all, "every session");
    command->add_flag("--wait", delete_options->wait,
                      "until every handler has let go; 3, and the hosts that have not, after five seconds");
    command->callback([&run, delete_options] { remove(run, *delete_options); });

    auto refresh_user = std::make_shared<std::string>();
    auto refresh_wait = std::make_shared<bool>(false);
    command = sessions->add_subcommand(
        "refresh", "have attributes and rights of a user's sessions read anew at the next visit, without a password");
    command->add_option("--user", *refresh_user, "whose")->required();
    command->add_flag("--wait", *refresh_wait, "until every handler has let go of what it remembers");
    command->callback([&run, refresh_user, refresh_wait] { refresh(run, *refresh_user, *refresh_wait); });

    auto path = std::make_shared<std::string>();
    auto number = std::make_shared<std::uint64_t>(1);
    command = sessions->add_subcommand(
        "create", "make sessions without a login, for service accounts; prints one cookie value a line");
    command->add_option("--attributes", *path, "a file with one JSON object, stored as given; %d becomes the number")
        ->required();
    command->add_option("--count", *number, "how many")->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}));
    command->callback([&run, path, number] { create_sessions(run, *path, *number); });

    command = sessions->add_subcommand("count", "how many sessions live");
    command->callback([&run] { count(run); });
    command = sessions->add_subcommand("purge", "remove what has expired");
    command->callback([&run] { purge(run); });
}

}  // namespace sso::ssoctl
