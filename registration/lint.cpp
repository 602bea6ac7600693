#include "registration/lint.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "core/base/text.hpp"
#include "core/config/private_file.hpp"
#include "core/config/site_key.hpp"
#include "registration/backuppc.hpp"
#include "registration/files.hpp"
#include "registration/hosts_file.hpp"
#include "registration/key_pair.hpp"
#include "registration/registrar.hpp"

namespace sso::registration {
namespace {

constexpr std::size_t kConfigBytes = 4U << 20U;

void error(Findings& findings, std::string text) {
    findings.push_back({Gravity::error, std::move(text)});
}
void warning(Findings& findings, std::string text) {
    findings.push_back({Gravity::warning, std::move(text)});
}

/// Splits a key line's options at commas outside quotes. The key itself begins at the first blank outside quotes.
struct KeyLine {
    std::vector<std::string> options;
    std::string key;
};
KeyLine split_key_line(std::string_view line) {
    KeyLine split;
    if (is_public_key_line(line)) {
        split.key = line;
        return split;
    }
    bool quoted = false;
    std::string option;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '"' && (i == 0 || line[i - 1] != '\\')) quoted = !quoted;
        if (!quoted && (line[i] == ',' || line[i] == ' ')) {
            split.options.push_back(std::move(option));
            option.clear();
            if (line[i] == ' ') {
                split.key = line.substr(i + 1);
                return split;
            }
        } else {
            option += line[i];
        }
    }
    return split;
}

bool has_option(const KeyLine& line, std::string_view name) {
    return std::any_of(line.options.begin(), line.options.end(), [name](const std::string& option) {
        return option == name || (option.starts_with(name) && option.substr(name.size(), 1) == "=");
    });
}

/// Keyword and value of each line of `sshd -T`.
std::multimap<std::string, std::string> keywords(std::string_view effective) {
    std::multimap<std::string, std::string> found;
    for (const std::string_view line : split(effective, '\n')) {
        const auto blank = line.find(' ');
        if (blank != line.npos) found.emplace(line.substr(0, blank), trim(line.substr(blank)));
    }
    return found;
}

}  // namespace

Findings lint_settings(const config::Settings& settings) {
    Findings findings;
    const auto& registration = settings.registration;
    if (!registration.url) {
        error(findings, "registration.url is not set: nothing can be registered");
    } else if (!registration.url->is_https()) {
        warning(findings, "registration.url is http: what BackupPC shows of people's files travels in the clear");
    }
    if (registration.confirm.empty()) {
        warning(
            findings,
            "registration.confirm is empty: whoever holds the register key, which every set-up carries, may register a "
            "machine under anybody's logon, and that person then sees its backups. With [\"0.0.0.0/0\", \"::/0\"] "
            "every machine waits for its owner");
    }
    if (registration.register_from.empty()) {
        warning(findings, "registration.register_from is empty: the register key opens the server from everywhere");
    }
    if (!registration.dns_suffixes.empty() && registration.hosts_table.empty()) {
        warning(
            findings,
            "machines are named by the DNS: who can change a machine's PTR and A records, or its DHCP name, decides "
            "what it is called here");
    }
    if (registration.local_clients) warning(findings, "registration.local_clients: the server may register itself");
    return findings;
}

Findings lint_key_lines(std::string_view text, const std::string& file) {
    Findings findings;
    std::set<std::string> keys;
    std::size_t number = 0, lines = 0;
    for (const std::string_view raw : split(text, '\n')) {
        ++number;
        const std::string_view line = trim(raw);
        if (line.empty() || line.front() == '#') continue;
        ++lines;
        const std::string place = file + ":" + std::to_string(number) + ": ";
        const KeyLine key = split_key_line(line);
        if (!is_public_key_line(key.key)) {
            error(findings,
                  place + "is not a key line (sshd passes over it: a blank behind a comma, a missing quote?)");
            continue;
        }
        if (!keys.insert(key.key.substr(0, key.key.find(' ', key.key.find(' ') + 1))).second) {
            error(findings,
                  place +
                      "the same key stands on an earlier line: where that line's from= does not fit, this one "
                      "opens");
        }
        if (!has_option(key, "restrict")) error(findings, place + "lacks restrict: forwarding and terminals are open");
        if (!has_option(key, "command")) error(findings, place + "lacks command=: the key opens a shell");
        for (const std::string& option : key.options) {
            if (option.starts_with("command=") && option.find("sso-register") == option.npos) {
                error(findings, place + "its command is not sso-register");
            }
            if (option == "pty" || option == "agent-forwarding" || option == "port-forwarding" ||
                option == "X11-forwarding" || option == "user-rc") {
                error(findings, place + option + " takes back what restrict forbids");
            }
        }
        if (!has_option(key, "from")) warning(findings, place + "lacks from=: the key is good from everywhere");
        if (!has_option(key, "expiry-time")) warning(findings, place + "lacks expiry-time=: the key is good for ever");
    }
    if (lines == 0) error(findings, file + ": holds no key: nothing can be registered");
    return findings;
}

Findings lint_sshd(std::string_view effective, const config::RegistrationSettings& settings) {
    Findings findings;
    const auto values = keywords(effective);
    if (values.empty()) {
        error(findings, "sshd -T printed nothing");
        return findings;
    }
    const std::string user = " for user " + settings.account + " (see conf/ssh/sso-register.conf)";
    struct Wanted {
        std::string_view keyword, value;
        Gravity gravity;
    };
    constexpr std::array kWanted{
        Wanted{"permittty", "no", Gravity::error},
        Wanted{"disableforwarding", "yes", Gravity::error},
        Wanted{"permituserrc", "no", Gravity::error},
        Wanted{"permituserenvironment", "no", Gravity::error},
        Wanted{"authenticationmethods", "publickey", Gravity::error},
        Wanted{"exposeauthinfo", "yes", Gravity::warning},
        Wanted{"maxsessions", "1", Gravity::warning},
        Wanted{"banner", "none", Gravity::warning},
    };
    for (const Wanted& wanted : kWanted) {
        const auto found = values.find(std::string(wanted.keyword));
        if (found != values.end() && found->second == wanted.value) continue;
        findings.push_back({wanted.gravity, "sshd: " + std::string(wanted.keyword) + " is " +
                                                (found == values.end() ? "not set" : printable(found->second, 80)) +
                                                ", and should be " + std::string(wanted.value) + user});
    }
    std::string file = settings.authorized_keys;
    const auto found = values.find("authorizedkeysfile");
    std::string effective_file = found == values.end() ? "" : found->second;
    for (auto at = effective_file.find("%u"); at != effective_file.npos; at = effective_file.find("%u")) {
        effective_file.replace(at, 2, settings.account);
    }
    if (effective_file != file) {
        error(findings, "sshd: reads keys from " + printable(effective_file, 120) +
                            " and not from registration.authorized_keys, " + file +
                            ": keys that the account can write itself would open it");
    }
    for (auto [accepted, end] = values.equal_range("acceptenv"); accepted != end; ++accepted) {
        if (accepted->second == "LANG" || accepted->second.starts_with("LC_")) continue;
        error(findings,
              "sshd: AcceptEnv " + printable(accepted->second, 80) +
                  ": a client could set SSH_ORIGINAL_COMMAND or the program's libraries; leave LANG and LC_* alone");
    }
    const auto interval = values.find("clientaliveinterval");
    if (interval == values.end() || interval->second == "0") {
        warning(
            findings,
            "sshd: clientaliveinterval is 0: a connection without a command (ssh -N) stays until it is closed" + user);
    }
    return findings;
}

Findings lint_backuppc(const config::RegistrationSettings& settings) {
    Findings findings;
    const std::string file = settings.backuppc_folder + "/config.pl";
    const auto text = config::read_file(file, kConfigBytes);
    if (!text) {
        error(findings, text.error().detail);
        return findings;
    }
    const std::string admins = perl_setting(*text, "CgiAdminUsers");
    if (admins == "*") error(findings, file + ": CgiAdminUsers is '*': everybody administers BackupPC");
    for (const std::string_view admin : split(admins, ' ')) {
        const bool one_word = std::all_of(admin.begin(), admin.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        });
        if (admin.empty() || one_word || admin == "*") continue;
        warning(findings,
                file + ": CgiAdminUsers has '" + printable(admin, 80) +
                    "': BackupPC takes every user for an administrator whose name is a word of it; write names of "
                    "letters and digits alone");
    }
    // the block that says what owners may change of their machines on BackupPC's pages
    constexpr std::array<std::string_view, 7> kForbidden{"RsyncSshArgs",      "RsyncClientPath", "ClientNameAlias",
                                                         "DumpPreUserCmd",    "DumpPostUserCmd", "RestorePreUserCmd",
                                                         "RestorePostUserCmd"};
    const bool may_edit = text->find("\n$Conf{CgiUserConfigEditEnable} = 0") == text->npos;
    const auto block = text->find("\n$Conf{CgiUserConfigEdit} = {");
    const std::string_view allowed = block == text->npos
                                         ? std::string_view()
                                         : std::string_view(*text).substr(block, text->find("\n};", block) - block);
    for (const std::string_view raw : split(allowed, '\n')) {
        const std::string_view line = trim(raw);
        const std::string_view key = line.substr(0, line.find_first_of(" ="));
        if (!may_edit || std::find(kForbidden.begin(), kForbidden.end(), key) == kForbidden.end()) continue;
        if (trim(line.substr(line.find("=>") == line.npos ? line.size() : line.find("=>") + 2)).starts_with('1')) {
            error(findings, file + ": CgiUserConfigEdit lets owners change " + std::string(key) +
                                ", and so run commands as " + settings.account + "; write 0");
        }
    }
    const auto hosts = load_hosts(settings.backuppc_folder);
    if (!hosts) {
        error(findings, hosts.error().detail);
        return findings;
    }
    std::set<std::string> seen;
    for (const HostLine& line : read_hosts(*hosts)) {
        if (!seen.insert(line.host).second) error(findings, "BackupPC's hosts file has two lines for " + line.host);
    }
    return findings;
}

Findings lint_files(const config::Settings& settings, const std::string& config_uri) {
    Findings findings;
    const auto& registration = settings.registration;
    const auto report = [&](const Status& status) {
        if (!status) error(findings, status.error().detail);
    };
    if (config_uri.starts_with("file:")) report(check_file(config_uri.substr(5), ::geteuid()));
    const auto registrar = Registrar::open(settings);
    if (!registrar) error(findings, registrar.error().detail);
    report(check_file(registration.backuppc_folder + "/config.pl", ::geteuid()));
    const passwd* account = ::getpwnam(registration.account.c_str());
    if (account != nullptr) {
        const std::string_view shell = account->pw_shell;
        if (shell.ends_with("nologin") || shell.ends_with("false")) {
            error(findings, "the account " + registration.account + " has the shell " + std::string(shell) +
                                ": sshd runs the forced command by it; chsh -s /bin/sh " + registration.account);
        }
        if (shell.ends_with("bash")) {
            warning(findings,
                    "the account " + registration.account +
                        " has bash: what its ~/.bashrc prints comes before every answer; /bin/sh reads no such file");
        }
    }
    const std::string& password = registration.bind_dn.empty() ? settings.authentication.ldap.bind_password_file
                                                               : registration.bind_password_file;
    if (!password.empty()) {
        if (const auto secret = config::read_secret_file(password); !secret) error(findings, secret.error().detail);
    }
    // without these, machines can be registered where nobody must confirm, and the portal shows none
    const bool needed = !registration.confirm.empty();
    if (const auto key = config::SiteKey::read(settings.security.key_file); !key) {
        findings.push_back({needed ? Gravity::error : Gravity::warning,
                            key.error().detail + ": the portal cannot show machines; put the account " +
                                registration.account + " into the file's group"});
    } else if (registrar) {
        auto office = Registrar::open(settings);
        const auto machines = office->machines();
        const auto listed = machines ? (*machines)->list("nobody", SystemClock().now()).map([](const auto&) {})
                                     : Status(tl::unexpected<Error>(machines.error()));
        if (!listed)
            findings.push_back({needed ? Gravity::error : Gravity::warning,
                                "session.store: " + listed.error().detail + ": the portal cannot show machines"});
    }
    return findings;
}

}  // namespace sso::registration
