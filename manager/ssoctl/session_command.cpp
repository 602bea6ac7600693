#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>

#include "core/base/text.hpp"
#include "core/base/time_text.hpp"
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
};

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
        if (run.json) {
            run.out << dump({{"ended", count}}) << '\n';
        } else {
            run.out << count << (count == 1 ? " session ended\n" : " sessions ended\n");
        }
        if (count == 0 && !failure) run.exit = Exit::refused;
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
    command->callback([&run, delete_options] { remove(run, *delete_options); });

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
