// lint: everything around registration that could be wrong, in one list.
#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "core/base/text.hpp"
#include "core/config/private_file.hpp"
#include "registration/commands.hpp"
#include "registration/configuration.hpp"
#include "registration/files.hpp"
#include "registration/lint.hpp"
#include "registration/people.hpp"
#include "registration/run_program.hpp"

namespace sso::registration {
namespace {

constexpr std::size_t kKeysBytes = 1U << 20U;

void add(Findings& findings, Findings more) {
    for (Finding& finding : more) findings.push_back(std::move(finding));
}

Findings lint_authorized_keys(const std::string& path) {
    Findings findings;
    if (const auto sound = check_file(path, 0); !sound) findings.push_back({Gravity::error, sound.error().detail});
    const auto text = config::read_file(path, kKeysBytes);
    if (text) add(findings, lint_key_lines(*text, path));
    return findings;
}

/// sshd itself says what holds for a client's connection; it wants root for its host keys.
Findings ask_sshd(const config::RegistrationSettings& settings, const std::string& sshd_config) {
    std::vector<std::string> command{
        "/usr/sbin/sshd", "-T", "-C",
        "user=" + settings.account + ",host=client,addr=192.0.2.1,laddr=192.0.2.2,lport=22"};
    if (!sshd_config.empty()) command.insert(command.begin() + 1, {"-f", sshd_config});
    const auto effective = run_program(command);
    if (!effective) return {{Gravity::warning, "sshd was not asked (run lint as root): " + effective.error().detail}};
    return lint_sshd(*effective, settings);
}

void lint(Run& run, const std::string& sshd_config) {
    const auto settings = settings_of(run);
    if (!settings) return;
    const auto& registration = settings->registration;
    Findings findings = lint_settings(*settings);
    add(findings, ask_sshd(registration, sshd_config));
    add(findings, lint_authorized_keys(registration.authorized_keys));
    if (const auto became = become(registration.account); !became) {
        findings.push_back({Gravity::error, became.error().detail});
    } else {
        const auto people = People::open(*settings, nullptr);
        if (!people) findings.push_back({Gravity::error, people.error().detail});
        if (people) {
            const auto asked = people->find(*Logon::parse("sso-register-lint"));
            if (!asked && asked.error().code == ErrorCode::unavailable) {
                findings.push_back({Gravity::error, asked.error().detail});
            }
        }
        add(findings, lint_backuppc(registration));
        add(findings, lint_files(*settings, run.config_uri));
    }
    auto array = nlohmann::ordered_json::array();
    for (const Finding& finding : findings) {
        const char* gravity = finding.gravity == Gravity::error ? "error" : "warning";
        array.push_back({{"gravity", gravity}, {"finding", finding.text}});
        if (!run.json) std::cout << gravity << ": " << finding.text << '\n';
        if (finding.gravity == Gravity::error) run.exit = Exit::refused;
    }
    if (run.json) std::cout << array.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    if (!run.json && findings.empty()) std::cout << "nothing found\n";
}

}  // namespace

void add_lint_command(CLI::App& program, Run& run) {
    auto sshd_config = std::make_shared<std::string>();
    CLI::App* command =
        program.add_subcommand("lint", "look for mistakes: permissions, sshd, key lines, BackupPC, trust");
    command->add_option("--sshd-config", *sshd_config, "sshd's configuration, if not the machine's own");
    command->callback([&run, sshd_config] { lint(run, *sshd_config); });
}

}  // namespace sso::registration
