#include "core/config/settings_table.hpp"

namespace sso::config {
namespace {

using namespace std::chrono_literals;

// what registers machines
constexpr std::array kRegistrationFields{
    Field<RegistrationSettings>{
        .name = "url",
        .member = &RegistrationSettings::url,
        .kind = "URL",
        .help = "Where BackupPC's pages are reached, as in https://backup.example.com/backuppc/: whoever registers a "
                "machine gets this address with ?host=NAME. Without it nothing can be registered.",
        .default_text = "none"},
    Field<RegistrationSettings>{
        .name = "account",
        .member = &RegistrationSettings::account,
        .kind = "account",
        .help = "The account that BackupPC and sso-register run as; sso-register refuses every other.",
        .check = check_account},
    Field<RegistrationSettings>{
        .name = "state_folder",
        .member = &RegistrationSettings::state_folder,
        .kind = "folder",
        .help =
            "What sso-register keeps: machines, their key pairs, counts, the audit log. The account's own, mode 0700.",
        .check = check_path},
    Field<RegistrationSettings>{
        .name = "backuppc_folder",
        .member = &RegistrationSettings::backuppc_folder,
        .kind = "folder",
        .help = "BackupPC's configuration: `hosts`, `config.pl` and one file a host below `pc`.",
        .check = check_path},
    Field<RegistrationSettings>{.name = "reload_program",
                                .member = &RegistrationSettings::reload_program,
                                .kind = "file",
                                .help = "The program that tells BackupPC to read its hosts. Empty: it is not told, and "
                                        "reads them when it next wakes up.",
                                .check = check_path},
    Field<RegistrationSettings>{.name = "operating_systems",
                                .member = &RegistrationSettings::operating_systems,
                                .kind = "list of words",
                                .help = "What a machine may say it runs.",
                                .check = check_system_word},
    Field<RegistrationSettings>{.name = "hosts_table",
                                .member = &RegistrationSettings::hosts_table,
                                .kind = "file",
                                .help = "Names machines by their addresses: lines of an address or range and a name, "
                                        "the longest range wins. Empty: the DNS names them.",
                                .check = check_path},
    Field<RegistrationSettings>{.name = "dns_suffixes",
                                .member = &RegistrationSettings::dns_suffixes,
                                .kind = "list of domains",
                                .help = "How the DNS names of machines end; what stands before is the machine's name.",
                                .check = check_dns_suffix},
    Field<RegistrationSettings>{
        .name = "refused_addresses",
        .member = &RegistrationSettings::refused_addresses,
        .kind = "list of address ranges",
        .help =
            "From where nobody registers: the addresses of NAT and proxies, behind which all machines look like one.",
        .check = check_network},
    Field<RegistrationSettings>{.name = "local_clients",
                                .member = &RegistrationSettings::local_clients,
                                .kind = "boolean",
                                .help = "Whether the server itself may register, from its own addresses."},
    Field<RegistrationSettings>{
        .name = "confirm",
        .member = &RegistrationSettings::confirm,
        .kind = "list of address ranges",
        .help = "From where a registration waits until its owner has accepted it in the portal. From elsewhere whoever "
                "holds the register key may register a machine under any logon.",
        .check = check_network},
    Field<RegistrationSettings>{.name = "pending_lifetime",
                                .member = &RegistrationSettings::pending_lifetime,
                                .kind = "duration",
                                .help = "How long a registration waits for its owner.",
                                .range = {10min, 2'160h}},
    Field<RegistrationSettings>{.name = "reserved_logons",
                                .member = &RegistrationSettings::reserved_logons,
                                .kind = "list of texts",
                                .help = "Logons that own no machine, beside root, backuppc, admin, the client's "
                                        "account and the words of BackupPC's CgiAdminUsers."},
    Field<RegistrationSettings>{.name = "hosts_per_logon",
                                .member = &RegistrationSettings::hosts_per_logon,
                                .kind = "number",
                                .help = "How many machines one person may have; 0: any number.",
                                .numbers = {0, 1'000'000}},
    Field<RegistrationSettings>{
        .name = "bind_dn",
        .member = &RegistrationSettings::bind_dn,
        .kind = "DN",
        .help = "The account that sso-register searches the directory with. Empty: that of authentication.ldap."},
    Field<RegistrationSettings>{.name = "bind_password_file",
                                .member = &RegistrationSettings::bind_password_file,
                                .kind = "file",
                                .help = "Holds that account's password; readable by BackupPC's account.",
                                .check = check_path},
    Field<RegistrationSettings>{.name = "key_type",
                                .member = &RegistrationSettings::key_type,
                                .kind = "word",
                                .help = "The kind of new key pairs; rsa (3072 bits) for clients too old for ed25519."},
    Field<RegistrationSettings>{.name = "client_user",
                                .member = &RegistrationSettings::client_user,
                                .kind = "account",
                                .help = "The account that backups log in to on a machine.",
                                .check = check_account},
    Field<RegistrationSettings>{.name = "shares",
                                .member = &RegistrationSettings::shares,
                                .kind = "list of folders",
                                .help = "What is backed up of a new machine, until its owner says otherwise.",
                                .check = check_share},
    Field<RegistrationSettings>{.name = "limit_per_address",
                                .member = &RegistrationSettings::limit_per_address,
                                .kind = "rate",
                                .help = "How often one address may ask.",
                                .check = check_rate},
    Field<RegistrationSettings>{.name = "limit_per_logon",
                                .member = &RegistrationSettings::limit_per_logon,
                                .kind = "rate",
                                .help = "How often a logon may be asked for.",
                                .check = check_rate},
    Field<RegistrationSettings>{.name = "limit_total",
                                .member = &RegistrationSettings::limit_total,
                                .kind = "rate",
                                .help = "How often everybody together may ask.",
                                .check = check_rate},
    Field<RegistrationSettings>{
        .name = "authorized_keys",
        .member = &RegistrationSettings::authorized_keys,
        .kind = "file",
        .help = "The key lines that open sso-register; `authorized-key-line` prints one, `lint` reads them.",
        .check = check_path},
    Field<RegistrationSettings>{
        .name = "register_from",
        .member = &RegistrationSettings::register_from,
        .kind = "list of address ranges",
        .help = "From where the register key is good, as `authorized-key-line` writes it. Empty: from anywhere.",
        .check = check_network},
    Field<RegistrationSettings>{
        .name = "sweep_trigger",
        .member = &RegistrationSettings::sweep_trigger,
        .kind = "file",
        .help = "What the portal writes to when a machine was withdrawn, and a systemd path unit watches.",
        .check = check_path},
};

}  // namespace

constinit const Section<RegistrationSettings> kRegistration{
    "registration", "Enrolment of machines over ssh (docs/registration.md).", kRegistrationFields};

}  // namespace sso::config
