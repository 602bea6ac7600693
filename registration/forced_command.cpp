#include "registration/forced_command.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "core/base/descriptor.hpp"
#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/config/private_file.hpp"
#include "core/crypto/hash.hpp"
#include "registration/audit.hpp"
#include "registration/backuppc.hpp"
#include "registration/checks.hpp"
#include "registration/configuration.hpp"
#include "registration/rate_limit.hpp"
#include "registration/registrar.hpp"

namespace sso::registration {
namespace {

constexpr unsigned kSecondsToLive = 30;
constexpr rlim_t kLargestFile = 64U << 20U;
constexpr std::size_t kUserAuthBytes = 16'384;

std::optional<std::string> take(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

/// The register key that opened the connection, as `ssh-keygen -l` shows it; empty without ExposeAuthInfo.
std::string fingerprint(const std::string& path) {
    if (path.empty()) return {};
    const auto text = config::read_file(path, kUserAuthBytes);
    if (!text) return {};
    const auto words = split(std::string_view(*text).substr(0, text->find('\n')), ' ');  // publickey TYPE BASE64
    if (words.size() < 3 || words[0] != "publickey") return {};
    const auto blob = base64_decode(words[2]);
    if (!blob) return {};
    std::string digest = base64_encode(crypto::bytes(crypto::sha256({*blob})));
    while (digest.ends_with('=')) digest.pop_back();
    return "SHA256:" + digest;
}

void log_to_syslog(const LogLine& line) {
    ::openlog("sso-register", LOG_PID, LOG_AUTHPRIV);
    ::syslog(line.level >= LogLevel::warning ? LOG_WARNING : LOG_INFO, "SSO%04d: %s", line.number, line.text.c_str());
    ::closelog();
}

Outcome answer(const SshVariables& variables, const config::Settings& settings, AuditLine& audit) {
    const config::RegistrationSettings& registration = settings.registration;
    if (const auto right = check_account(registration.account); !right) return refuse(right.error());
    auto registrar = Registrar::open(settings);
    if (!registrar) return refuse(registrar.error());
    if (!variables.connection) return refuse(Code::config, "was not started by sshd");
    const auto connection = SshConnection::parse(*variables.connection);
    if (!connection) return refuse(connection.error());
    audit.address = connection->client.text();
    audit.port = std::to_string(connection->client_port);
    if (!variables.command) return refuse(Code::malformed, "no command");
    const auto request = parse_request(*variables.command);
    if (!request) return refuse(Code::malformed, request.error().detail);
    audit.logon = request->logon.text();
    const RateLimit limit(registration.state_folder + "/rate", registration);
    if (const auto admitted = limit.admit(connection->client, request->logon.text(), audit.time); !admitted) {
        return refuse(admitted.error());
    }
    // the directory before the session store, which has a thread of its own
    const auto people = People::open(settings, log_to_syslog);
    if (!people) return refuse(people.error());
    std::optional<CheckedRequest> checked;
    if (auto refused =
            check_request(*request, *connection, registration, system_resolver(), *people, checked, audit.host)) {
        return std::move(*refused);
    }
    audit.logon = checked->owner.text();
    return registrar->enrol(request->os, checked->owner, checked->client, connection->client, audit.time);
}

}  // namespace

SshVariables enter() {
    ::alarm(kSecondsToLive);
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);
    ::umask(077);
    const rlimit no_core{0, 0}, files{kLargestFile, kLargestFile};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::setrlimit(RLIMIT_FSIZE, &files);
    ::close_range(3, ~0U, 0);
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, STDIN_FILENO);
    if (null > STDERR_FILENO) ::close(null);
    SshVariables variables{take("SSH_ORIGINAL_COMMAND"), take("SSH_CONNECTION"), take("SSH_USER_AUTH").value_or("")};
    ::clearenv();
    ::setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
    ::setenv("LC_ALL", "C", 1);
    return variables;
}

int run_forced_command(const SshVariables& variables, const std::string& config_uri) {
    const auto started = std::chrono::steady_clock::now();
    Outcome outcome;
    AuditLine audit;
    audit.time = SystemClock().now();
    audit.request = variables.command.value_or("");
    std::string reload_program, state_folder;
    if (::getuid() == 0 || ::geteuid() == 0) {
        outcome = refuse(Code::config, "runs as root");
    } else {
        const auto settings = load_settings(config_uri, Trust::checked);
        if (!settings) {
            outcome = refuse(Code::config, settings.error().detail);
        } else {
            reload_program = settings->registration.reload_program;
            state_folder = settings->registration.state_folder;
            audit.key = fingerprint(variables.user_auth);
            try {
                outcome = answer(variables, *settings, audit);
            } catch (const std::exception& e) {
                outcome = refuse(Code::internal, printable(e.what()));
            }
        }
    }
    audit.outcome = name(outcome.code);
    audit.detail = outcome.detail;
    audit.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started);
    const auto traced = write_audit(state_folder, audit);
    if (!traced && outcome.code == Code::success) outcome = refuse(Code::storage, traced.error().detail);
    // written when everything is done, and to a client that may be gone
    static_cast<void>(write_all(STDOUT_FILENO, reply_text(outcome)));
    if (outcome.code == Code::success) reload_backuppc(reload_program, state_folder);
    return exit_status(outcome.code);
}

}  // namespace sso::registration
