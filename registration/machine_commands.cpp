// approve, refuse, revoke, remove, transfer, rotate, forget-hostkey: what administrators do to one machine.
#include <iostream>

#include "core/base/text.hpp"
#include "registration/backuppc.hpp"
#include "registration/checks.hpp"
#include "registration/commands.hpp"
#include "registration/people.hpp"

namespace sso::registration {
namespace {

SysSeconds now() {
    return SystemClock().now();
}

/// Does `act` to the machine under the lock, notes it, and shows the owner what has become of it.
using Act = std::function<Status(Registrar&, MachineRecord&)>;
void change(Run& run, const config::Settings& settings, Registrar& registrar, const std::string& host,
            const std::string& done, const Act& act) {
    const auto held = registrar.lock();
    if (!held) return run.fail(held.error());
    const auto record = registrar.registry().find(host);
    if (!record) return run.fail(record.error());
    if (!*record) return run.fail(Exit::refused, "there is no machine " + printable(host));
    MachineRecord changed = **record;
    if (const auto acted = act(registrar, changed); !acted) return run.fail(acted.error());
    note(settings, host, changed.logon, done);
    for (const std::string& owner : {(*record)->logon, changed.logon}) {
        if (const auto shown = registrar.publish(owner); !shown) {
            std::cerr << "sso-register: the portal still shows " << owner
                      << "'s machines as they were: " << shown.error().detail << '\n';
        }
    }
    std::cout << host << ": " << done << '\n';
    reload_backuppc(settings.registration.reload_program, settings.registration.state_folder);
}

Status wrong_state(const MachineRecord& record, std::string_view wanted) {
    return fail(ErrorCode::refused,
                record.host + " is " + std::string(name(record.state)) + ", not " + std::string(wanted));
}

Status forget_question(Registrar& registrar, const MachineRecord& record) {
    if (record.request.empty()) return {};
    const auto machines = registrar.machines();
    if (!machines) return error_of(machines);
    return (*machines)->forget(record.logon, record.request);
}

Status approve(Registrar& registrar, MachineRecord& record) {
    if (record.state != State::pending && record.state != State::declined) return wrong_state(record, "pending");
    if (const auto forgotten = forget_question(registrar, record); !forgotten) return forgotten;
    record.state = State::active;
    record.since = now();
    record.request.clear();
    return registrar.settle(record);
}

Status decline(Registrar& registrar, MachineRecord& record) {
    if (record.state != State::pending) return wrong_state(record, "pending");
    if (const auto forgotten = forget_question(registrar, record); !forgotten) return forgotten;
    record.state = State::declined;
    record.since = now();
    return registrar.registry().put(record);
}

Status revoke(Registrar& registrar, MachineRecord& record) {
    if (const auto forgotten = forget_question(registrar, record); !forgotten) return forgotten;
    record.state = State::revoked;
    record.since = now();
    record.request.clear();
    return registrar.settle(record);
}

Status remove(Registrar& registrar, MachineRecord& record) {
    if (const auto forgotten = forget_question(registrar, record); !forgotten) return forgotten;
    return registrar.forget(record);
}

Status rotate(Registrar& registrar, MachineRecord& record) {
    if (record.state != State::active && record.state != State::disabled) return wrong_state(record, "active");
    const auto type = registrar.settings().key_type;
    const auto sound = registrar.keys().find(record.host);
    if (sound) return registrar.keys().prepare_rotation(record.host, type);
    std::cout << record.host
              << ": its key pair was damaged or gone; there is a new one, and no backup until the machine "
              << "registers again\n";
    if (const auto replaced = registrar.keys().replace(record.host, type); !replaced) return replaced;
    return registrar.settle(record);
}

void transfer(Run& run, const std::string& host, const std::string& to) {
    const auto logon = Logon::parse(to);
    if (!logon) return run.fail(Exit::invalid, printable(to) + " is not a logon");
    with_registrar(run, [&](const config::Settings& settings, Registrar& registrar) {
        const auto reserved = is_reserved_logon(*logon, settings.registration);
        if (!reserved) return run.fail(reserved.error());
        if (*reserved) return run.fail(Exit::refused, logon->text() + " is a reserved logon");
        const auto people = People::open(settings, nullptr);
        if (!people) return run.fail(people.error());
        const auto owner = people->find(*logon);
        if (!owner) return run.fail(owner.error());
        change(run, settings, registrar, host, "transferred to " + owner->text(),
               [&](Registrar& office, MachineRecord& record) -> Status {
                   if (record.state != State::active && record.state != State::disabled) {
                       return wrong_state(record, "active");
                   }
                   record.logon = owner->text();
                   record.state = State::active;
                   record.since = now();
                   return office.settle(record);
               });
    });
}

}  // namespace

void add_machine_commands(CLI::App& program, Run& run) {
    const auto add = [&](const char* name, const char* help, const char* done,
                         Status (*act)(Registrar&, MachineRecord&)) {
        CLI::App* command = program.add_subcommand(name, help);
        auto host = std::make_shared<std::string>();
        command->add_option("HOST", *host, "the machine's name")->required();
        command->callback([&run, host, done, act] {
            with_registrar(run, [&](const config::Settings& settings, Registrar& registrar) {
                change(run, settings, registrar, *host, done, act);
            });
        });
    };
    add("approve", "accept a machine in its owner's place; it is backed up when it asks again", "approved", approve);
    add("refuse", "decline a machine in its owner's place", "declined", decline);
    add("revoke", "end a machine's backups and destroy its key; nobody can register it again", "revoked", revoke);
    add("remove",
        "forget a machine and its name. BackupPC keeps its old backups: delete them before somebody else registers "
        "that "
        "name",
        "removed", remove);
    add("rotate", "make a new key pair; the machine gets it when it registers again", "rotation prepared", rotate);

    auto host = std::make_shared<std::string>();
    auto logon = std::make_shared<std::string>();
    CLI::App* command =
        program.add_subcommand("transfer", "give a machine, and the sight of its backups, to another person");
    command->add_option("HOST", *host, "the machine's name")->required();
    command->add_option("LOGON", *logon, "the new owner")->required();
    command->callback([&run, host, logon] { transfer(run, *host, *logon); });

    auto forgotten = std::make_shared<std::string>();
    command = program.add_subcommand("forget-hostkey", "after a machine was set up anew: accept its next ssh host key");
    command->add_option("HOST", *forgotten, "the machine's name")->required();
    command->callback([&run, forgotten] {
        with_registrar(run, [&](const config::Settings& settings, Registrar& registrar) {
            if (!is_host_name(*forgotten))
                return run.fail(Exit::invalid, printable(*forgotten) + " is not a host's name");
            const auto held = registrar.lock();
            if (!held) return run.fail(held.error());
            const auto known = registrar.keys().forget_host_key(*forgotten);
            if (!known) return run.fail(known.error());
            if (!*known) return run.fail(Exit::refused, "no host key of " + *forgotten + " is known");
            note(settings, *forgotten, "", "host key forgotten");
            std::cout << *forgotten << ": the next connection's host key will be believed\n";
        });
    });
}

}  // namespace sso::registration
