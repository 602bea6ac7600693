// sweep and check: what is carried out for owners, and what is put right after a crash or an editor.
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "registration/backuppc.hpp"
#include "registration/commands.hpp"
#include "registration/hosts_file.hpp"
#include "registration/people.hpp"

namespace sso::registration {
namespace {

constexpr std::size_t kFewOwners = 3;  // so many may leave at once without further question

bool is_live(const MachineRecord& record) noexcept {
    return record.state == State::active || record.state == State::disabled;
}

/// Which owners the directory still knows. @return `unavailable` rather than an answer that is not sure
Result<std::map<std::string, bool>> find_owners(const People& people, const std::vector<MachineRecord>& records) {
    std::map<std::string, bool> owners;
    for (const MachineRecord& record : records) {
        if (!is_live(record) || owners.contains(record.logon)) continue;
        const auto found = people.find(*Logon::parse(record.logon));
        if (!found && found.error().code != ErrorCode::not_found) return error_of(found);
        owners[record.logon] = found.has_value();
    }
    return owners;
}

struct Sweep {
    Run& run;
    const config::Settings& settings;
    Registrar& registrar;
    SysSeconds now = SystemClock().now();
    std::size_t changed = 0;
    bool failed = false;

    void become(MachineRecord record, State state, const std::string& why) {
        record.state = state;
        record.since = now;
        if (const auto settled = registrar.settle(record); !settled) {
            run.fail(settled.error());
            failed = true;
            return;
        }
        note(settings, record.host, record.logon, why);
        std::cout << record.host << ": " << why << '\n';
        ++changed;
    }

    void one(const MachineRecord& record, session::Machines& machines, const std::map<std::string, bool>& owners) {
        if (record.state == State::pending || record.state == State::declined) {
            if (record.since + settings.registration.pending_lifetime > now) return;
            if (const auto gone = registrar.registry().erase(record.host); !gone) return run.fail(gone.error());
            ++changed;
            return;
        }
        if (!is_live(record)) return;
        const auto withdrawn = machines.is_withdrawn(record.logon, record.host, record.since, now);
        if (!withdrawn) return run.fail(withdrawn.error());
        if (*withdrawn) {
            become(record, State::withdrawn, "withdrawn by its owner");
            if (failed) return;
            if (const auto done = machines.withdrawal_done(record.logon, record.host); !done) run.fail(done.error());
            return;
        }
        const auto owner = owners.find(record.logon);
        if (owner == owners.end()) return;
        if (!owner->second && record.state == State::active) become(record, State::disabled, "owner has left");
        if (owner->second && record.state == State::disabled) become(record, State::active, "owner is back");
    }
};

void sweep(Run& run, bool force) {
    with_registrar(run, [&](const config::Settings& settings, Registrar& registrar) {
        const auto people = People::open(settings, nullptr);
        if (!people) return run.fail(people.error());
        const auto machines = registrar.machines();
        if (!machines) return run.fail(machines.error());
        const auto held = registrar.lock();
        if (!held) return run.fail(held.error());
        const auto records = registrar.registry().list();
        if (!records) return run.fail(records.error());
        auto owners = find_owners(*people, *records);
        if (!owners) {  // withdrawals are carried out all the same
            run.fail(owners.error());
            owners = std::map<std::string, bool>();
        }
        std::size_t gone = 0;
        for (const auto& [owner, known] : *owners) gone += known ? 0U : 1U;
        if (gone > kFewOwners && gone * 2 > owners->size() && !force) {
            run.fail(Exit::refused, std::to_string(gone) + " of " + counted(owners->size(), "owner") +
                                        " are not in the directory: more likely its access or its base is wrong; "
                                        "--force disables their machines");
            owners->clear();
        }
        Sweep work{run, settings, registrar};
        for (const MachineRecord& record : *records) work.one(record, **machines, *owners);
        std::set<std::string> shown;
        for (const MachineRecord& record : *records) {
            if (!shown.insert(record.logon).second) continue;
            if (const auto published = registrar.publish(record.logon); !published) return run.fail(published.error());
        }
        std::cout << counted(work.changed, "machine") << " changed\n";
        if (work.changed > 0) reload_backuppc(settings.registration.reload_program, settings.registration.state_folder);
    });
}

/// What of a machine is not as its record says. `full`-like failures are problems as well.
std::vector<std::string> problems_of(const MachineRecord& record, const Registrar& registrar, std::string_view hosts) {
    std::vector<std::string> problems;
    const auto line = find_host(hosts, record.host);
    const auto file = registrar.host_configs().is_there(record.host);
    const auto ours = registrar.host_configs().check_ours(record.host);
    const auto key = registrar.keys().find(record.host);
    if (!line) problems.push_back(line.error().detail);
    if (!file) problems.push_back(file.error().detail);
    if (is_live(record)) {
        if (line && !*line) problems.push_back("is not in BackupPC's hosts file");
        if (line && *line && (*line)->user != record.logon) {
            problems.push_back("BackupPC's hosts file gives it to " + (*line)->user + ", not to " + record.logon);
        }
        if (file && !*file) problems.push_back("BackupPC has no file for it");
        if (!ours) problems.push_back(ours.error().detail);
        if (!key) problems.push_back(key.error().detail);
    } else if (record.state == State::withdrawn || record.state == State::revoked) {
        if (line && *line) problems.push_back("is still in BackupPC's hosts file");
        if (file && *file && ours) problems.push_back("BackupPC still has a file for it");
        if (key || key.error().code != ErrorCode::not_found) problems.push_back("still has a key pair");
    }
    return problems;
}

void check(Run& run, bool repair) {
    with_registrar(run, [&](const config::Settings& settings, Registrar& registrar) {
        const auto held = registrar.lock();
        if (!held) return run.fail(held.error());
        const auto records = registrar.registry().list();
        if (!records) return run.fail(records.error());
        auto array = nlohmann::ordered_json::array();
        const auto report = [&](const std::string& host, const std::string& problem, bool repaired) {
            array.push_back({{"host", host}, {"problem", problem}, {"repaired", repaired}});
            if (!run.json) std::cout << host << ": " << problem << (repaired ? " (repaired)" : "") << '\n';
            if (!repaired) run.exit = Exit::refused;
        };
        std::size_t repairs = 0;
        for (const MachineRecord& record : *records) {
            auto hosts = load_hosts(settings.registration.backuppc_folder);
            if (!hosts) return run.fail(hosts.error());
            const auto before = problems_of(record, registrar, *hosts);
            if (before.empty()) continue;
            std::set<std::string> left(before.begin(), before.end());
            if (repair) {
                const auto settled = registrar.settle(record);
                if (!settled) std::cerr << "sso-register: " << settled.error().detail << '\n';
                hosts = load_hosts(settings.registration.backuppc_folder);
                if (!hosts) return run.fail(hosts.error());
                const auto after = problems_of(record, registrar, *hosts);
                left = std::set<std::string>(after.begin(), after.end());
                note(settings, record.host, record.logon, "repaired");
                ++repairs;
            }
            for (const std::string& problem : before) report(record.host, problem, !left.contains(problem));
        }
        const auto hosts = load_hosts(settings.registration.backuppc_folder);
        if (!hosts) return run.fail(hosts.error());
        std::set<std::string> seen;
        for (const HostLine& line : read_hosts(*hosts)) {
            if (!seen.insert(line.host).second) report(line.host, "has two lines in BackupPC's hosts file", false);
        }
        if (run.json) std::cout << array.dump(2) << '\n';
        if (!run.json && array.empty()) std::cout << counted(records->size(), "machine") << ", all as they should be\n";
        if (repairs > 0) reload_backuppc(settings.registration.reload_program, settings.registration.state_folder);
    });
}

}  // namespace

void add_upkeep_commands(CLI::App& program, Run& run) {
    auto force = std::make_shared<bool>(false);
    CLI::App* command = program.add_subcommand(
        "sweep", "carry out what owners withdrew, disable the machines of owners who left, forget old requests");
    command->add_flag("--force", *force, "even if most owners seem to have left");
    command->callback([&run, force] { sweep(run, *force); });

    auto repair = std::make_shared<bool>(false);
    command =
        program.add_subcommand("check", "compare what registration knows with what BackupPC and the key pairs are");
    command->add_flag("--repair", *repair, "put right what can be");
    command->callback([&run, repair] { check(run, *repair); });
}

}  // namespace sso::registration
