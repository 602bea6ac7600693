// list, show, pending, limits, test: what there is, and what would be.
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/base/text.hpp"
#include "core/base/time_text.hpp"
#include "registration/checks.hpp"
#include "registration/commands.hpp"
#include "registration/configuration.hpp"
#include "registration/rate_limit.hpp"

namespace sso::registration {
namespace {

nlohmann::ordered_json json_of(const MachineRecord& record) {
    return {
        {"host", record.host},   {"state", name(record.state)}, {"logon", record.logon},           {"os", record.os},
        {"alias", record.alias}, {"address", record.address},   {"since", time_text(record.since)}};
}

void print(const nlohmann::ordered_json& json) {
    std::cout << json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

struct Filter {
    std::string os, logon, state;
};

void list(Run& run, const Filter& filter) {
    with_registrar(run, [&](const config::Settings&, Registrar& registrar) {
        const auto records = registrar.registry().list();
        if (!records) return run.fail(records.error());
        auto array = nlohmann::ordered_json::array();
        if (!run.json) {
            std::cout << std::left << std::setw(24) << "HOST" << std::setw(11) << "STATE" << std::setw(20) << "LOGON"
                      << std::setw(9) << "OS" << std::setw(22) << "SINCE"
                      << "ADDRESS\n";
        }
        for (const MachineRecord& record : *records) {
            if (!filter.os.empty() && record.os != filter.os) continue;
            if (!filter.logon.empty() && !equal_ignoring_case(record.logon, filter.logon)) continue;
            if (!filter.state.empty() && name(record.state) != filter.state) continue;
            if (run.json) {
                array.push_back(json_of(record));
            } else {
                std::cout << std::left << std::setw(24) << record.host << std::setw(11) << name(record.state)
                          << std::setw(20) << record.logon << std::setw(9) << record.os << std::setw(22)
                          << time_text(record.since) << record.address << '\n';
            }
        }
        if (run.json) print(array);
    });
}

void show(Run& run, const std::string& host) {
    with_registrar(run, [&](const config::Settings&, Registrar& registrar) {
        const auto record = registrar.registry().find(host);
        if (!record) return run.fail(record.error());
        if (!*record) return run.fail(Exit::refused, "there is no machine " + printable(host));
        auto json = json_of(**record);
        const auto key = registrar.keys().find(host);
        json["key"] = key ? *key : "";
        json["rotation_waits"] = registrar.keys().is_rotation_waiting(host);
        if (run.json) return print(json);
        for (const auto& [label, value] : json.items()) {
            std::cout << std::left << std::setw(16) << label + ":"
                      << (value.is_string() ? value.get<std::string>() : value.dump()) << '\n';
        }
    });
}

void limits(Run& run, const std::string& reset) {
    const auto address = Address::parse(reset);
    if (!reset.empty() && !address) return run.fail(Exit::invalid, printable(reset) + " is not an address");
    with_registrar(run, [&](const config::Settings& settings, Registrar&) {
        const RateLimit limit(settings.registration.state_folder + "/rate", settings.registration);
        const SysSeconds now = SystemClock().now();
        if (address) {
            const auto done = limit.reset(*address, now);
            if (!done) return run.fail(done.error());
            if (*done) note(settings, "", "", "limits-reset");
            if (!*done) return run.fail(Exit::refused, address->text() + " has no count");
            std::cout << address->text() << ": counts anew\n";
            return;
        }
        const auto counts = limit.list(now);
        if (!counts) return run.fail(counts.error());
        auto array = nlohmann::ordered_json::array();
        for (const RateLimit::Count& count : *counts) {
            array.push_back({{"limit", count.what},
                             {"name", count.name},
                             {"count", count.count},
                             {"most", count.most},
                             {"until", time_text(count.ends)}});
            if (run.json) continue;
            std::cout << std::left << std::setw(9) << count.what << std::setw(40) << count.name << count.count << " of "
                      << count.most << " until " << time_text(count.ends) << '\n';
        }
        if (run.json) print(array);
    });
}

/// All checks of a request, and nothing counted or written.
Outcome examine(const config::Settings& settings, const Registrar& registrar, const std::string& text,
                const Address& from, std::string& host) {
    const auto request = parse_request(text);
    if (!request) return refuse(Code::malformed, request.error().detail);
    const auto people = People::open(settings, nullptr);
    if (!people) return refuse(people.error());
    const SshConnection connection{from, 1, *Address::parse("0.0.0.0")};
    std::optional<CheckedRequest> checked;
    if (auto refused =
            check_request(*request, connection, settings.registration, system_resolver(), *people, checked, host)) {
        return std::move(*refused);
    }
    if (!settings.registration.url) return refuse(Code::config, "registration.url is not set");
    if (auto refused = registrar.examine(checked->owner, checked->client)) return std::move(*refused);
    const auto known = registrar.registry().find(host);
    const bool live = known && *known && ((*known)->state == State::active || (*known)->state == State::disabled);
    if (!live && registrar.must_confirm(from)) return refuse(Code::pending, "its owner is asked first");
    return {Code::success, "", "", settings.registration.url->text() + "?host=" + host};
}

void test(Run& run, const std::string& request, const std::string& from) {
    const auto address = Address::parse(from);
    if (!address) return run.fail(Exit::invalid, "--from: " + printable(from) + " is not an address");
    with_registrar(run, [&](const config::Settings& settings, Registrar& registrar) {
        std::string host;
        const Outcome outcome = examine(settings, registrar, request, *address, host);
        if (run.json) {
            print({{"outcome", name(outcome.code)},
                   {"exit_status", exit_status(outcome.code)},
                   {"host", host},
                   {"detail", outcome.detail},
                   {"url", outcome.url}});
        } else {
            std::cout << name(outcome.code) << (host.empty() ? "" : " host " + host)
                      << (outcome.detail.empty() ? "" : ": " + printable(outcome.detail)) << '\n';
        }
        if (outcome.code != Code::success) run.exit = Exit::refused;
    });
}

}  // namespace

void add_listing_commands(CLI::App& program, Run& run) {
    auto filter = std::make_shared<Filter>();
    CLI::App* command = program.add_subcommand("list", "machines and their owners");
    command->add_option("--os", filter->os, "with this operating system alone");
    command->add_option("--logon", filter->logon, "of this owner alone");
    command->callback([&run, filter] { list(run, *filter); });

    command = program.add_subcommand("pending", "machines that wait for their owner");
    command->callback([&run] { list(run, {"", "", std::string(name(State::pending))}); });

    auto host = std::make_shared<std::string>();
    command = program.add_subcommand("show", "all that is known of one machine");
    command->add_option("HOST", *host, "its name")->required();
    command->callback([&run, host] { show(run, *host); });

    auto reset = std::make_shared<std::string>();
    command = program.add_subcommand("limits", "how often was asked of late");
    command->add_option("--reset", *reset, "forget the counts of this address");
    command->callback([&run, reset] { limits(run, *reset); });

    auto request = std::make_shared<std::string>();
    auto from = std::make_shared<std::string>();
    command = program.add_subcommand("test", "all checks of a request, with nothing written");
    command->add_option("REQUEST", *request, "as a client sends it: linux:jdoe")->required();
    command->add_option("--from", *from, "the client's address")->required();
    command->callback([&run, request, from] { test(run, *request, *from); });
}

}  // namespace sso::registration
