#include "core/authn/directory.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/authn/connection.hpp"
#include "core/base/text.hpp"
#include "core/config/private_file.hpp"

namespace sso::authn {
namespace {

enum LogNumber : int {
    kServerFailed = 300,
    kServiceAccountRefused = 301,
    kUnknownName = 302,
    kWrongPassword = 303,
    kSeveralEntries = 304,
};

struct Server {
    std::string uri;
    Encryption encryption;
};

/// Whether an account can have this name: text without control characters, of a length one can type.
Status check_user(std::string_view user) {
    const bool has_control = std::any_of(user.begin(), user.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F;
    });
    if (user.empty() || user.size() > kUserBytes || has_control || !is_utf8(user)) {
        return fail(ErrorCode::invalid, "a login name of " + std::to_string(user.size()) +
                                            " bytes that no account can have: " + printable(user, 32));
    }
    return {};
}

bool can_be_a_password(const Secret& password) {
    return !password.empty() && password.size() <= kPasswordBytes &&
           password.reveal().find('\0') == std::string_view::npos;
}

/// The service account's password: the one line of its file.
Result<Secret> read_password(const std::string& path) {
    const std::string setting = "authentication.ldap.bind_password_file: ";
    auto text = config::read_secret_file(path);
    if (!text) return fail(text.error().code, setting + text.error().detail);
    std::string_view line = text->reveal();
    if (line.ends_with('\n')) line.remove_suffix(1);
    Secret password{std::string(line)};
    if (!can_be_a_password(password) || line.find('\n') != line.npos) {
        return fail(ErrorCode::invalid,
                    setting + printable(path) + ": expected one line, the service account's password");
    }
    return password;
}

/// `user_filter` with every `$user` replaced.
std::string fill_filter(std::string_view filter, std::string_view user) {
    constexpr std::string_view placeholder = "$user";
    std::string out;
    for (;;) {
        const auto at = filter.find(placeholder);
        out += filter.substr(0, at);
        if (at == std::string_view::npos) return out;
        out += escape_filter(user);
        filter.remove_prefix(at + placeholder.size());
    }
}

Status check_settings(const config::LdapSettings& settings) {
    if (settings.uri.empty()) return fail(ErrorCode::invalid, "authentication.ldap.uri: no server is named");
    if (settings.user_filter.find("$user") == std::string::npos) {
        return fail(ErrorCode::invalid, "authentication.ldap.user_filter: expected $user somewhere in it");
    }
    if (auto valid = check_filter(fill_filter(settings.user_filter, "x")); !valid) {
        return fail(ErrorCode::invalid, "authentication.ldap.user_filter: " + valid.error().detail);
    }
    return {};
}

Result<Server> read_server(const std::string& uri, bool start_tls) {
    // One server an entry: libldap itself would read several out of one text, and the time-outs would not.
    const bool single = uri.find_first_of(" \t,") == std::string::npos;
    if (single && uri.starts_with("ldaps://")) return Server{uri, Encryption::ldaps};
    if (single && uri.starts_with("ldapi://")) return Server{uri, Encryption::none};
    if (single && uri.starts_with("ldap://")) return Server{uri, start_tls ? Encryption::start_tls : Encryption::none};
    return fail(ErrorCode::invalid, "authentication.ldap.uri: " + printable(uri) +
                                        ": expected one ldap://host[:port], ldaps://host[:port] or ldapi:// an entry");
}

class LdapDirectory final : public Directory {
  public:
    LdapDirectory(config::LdapSettings settings, std::vector<config::ExportedVariable> exported,
                  std::vector<Server> servers, Secret password, LogSink log)
        : settings_(std::move(settings)),
          exported_(std::move(exported)),
          servers_(std::move(servers)),
          password_(std::move(password)),
          log_(std::move(log)) {
        wanted_.push_back(settings_.user_attribute);
        for (const auto& variable : exported_) wanted_.push_back(variable.attribute);
    }

    Result<Person> authenticate(std::string_view user, const Secret& password) override {
        if (auto valid = check_user(user); !valid) return tl::unexpected(valid.error());
        if (!can_be_a_password(password)) return refused();
        return ask<Person>([&](Deadline deadline) -> Result<Person> {
            auto found = search_person(user, deadline);
            if (!found && found.error().code != ErrorCode::not_found) return found;
            // Who does not exist is asked for all the same, so that the time it takes does not tell.
            const std::string dn = found ? found->dn : "cn=nobody," + settings_.base;
            auto connection = Connection::open(server_->uri, options(*server_), deadline);
            if (!connection) return tl::unexpected(connection.error());
            auto bound = connection->bind(dn, password, deadline);
            if (!bound && bound.error().code != ErrorCode::refused) return tl::unexpected(bound.error());
            if (!found) return refused();
            if (!bound) {
                log(LogLevel::info, kWrongPassword, bound.error().detail + ": " + printable(found->dn));
                return refused();
            }
            return found;
        });
    }

    Result<Person> find(std::string_view user) override {
        if (auto valid = check_user(user); !valid) return tl::unexpected(valid.error());
        return ask<Person>([&](Deadline deadline) { return search_person(user, deadline); });
    }

    Result<bool> matches(const Person& person, std::string_view filter) override {
        if (auto valid = check_filter(filter); !valid) return tl::unexpected(valid.error());
        const SearchRequest request{person.dn, SearchRequest::Scope::entry, std::string(filter), {LDAP_NO_ATTRS}, 1};
        return ask<bool>([&](Deadline deadline) {
            return service_->search(request, deadline).map([](const auto& entries) { return !entries.empty(); });
        });
    }

  private:
    static tl::unexpected<Error> refused() {
        return fail(ErrorCode::refused, "authentication.ldap: unknown name or wrong password");
    }

    void log(LogLevel level, int number, std::string text) const {
        if (log_) log_({level, number, std::move(text)});
    }

    [[nodiscard]] Connection::Options options(const Server& server) const {
        return {server.encryption, settings_.ca_file};
    }

    /// Does `work` with a bound service connection: the one there is, else that of the first server that answers. What
    /// is left of the time-out is shared out among the attempts that are left, so that a silent server leaves time
    /// for the next. Only `unavailable` sends us on; every other answer is the directory's word.
    template <class T, class Work>
    Result<T> ask(const Work& work) {
        const Deadline end = std::chrono::steady_clock::now() + settings_.timeout;
        auto attempts = static_cast<int>(servers_.size());
        const auto share = [&](int left) {
            const auto now = std::chrono::steady_clock::now();
            return now + (end - now) / left;
        };
        if (service_) {  // a connection that the server has closed meanwhile is normal, and no line of the log
            auto answer = work(share(attempts + 1));
            if (answer || answer.error().code != ErrorCode::unavailable) return answer;
            service_.reset();
        }
        std::string reasons;
        for (const Server& server : servers_) {
            const Deadline deadline = share(attempts--);
            Result<T> answer = connect_service(server, deadline).and_then([&] { return work(deadline); });
            if (answer || answer.error().code != ErrorCode::unavailable) return answer;
            service_.reset();
            log(LogLevel::warning, kServerFailed, answer.error().detail);
            reasons += (reasons.empty() ? "" : "; ") + answer.error().detail;
        }
        return fail(ErrorCode::unavailable, "authentication.ldap.uri: no server answered: " + reasons);
    }

    Status connect_service(const Server& server, Deadline deadline) {
        auto connection = Connection::open(server.uri, options(server), deadline);
        if (!connection) return tl::unexpected(connection.error());
        if (!settings_.bind_dn.empty()) {
            if (auto bound = connection->bind(settings_.bind_dn, password_, deadline); !bound) {
                if (bound.error().code != ErrorCode::refused) return bound;
                const std::string reason = "authentication.ldap.bind_dn, bind_password_file: the service account " +
                                           printable(settings_.bind_dn) + " was refused: " + bound.error().detail;
                log(LogLevel::error, kServiceAccountRefused, reason);
                return fail(ErrorCode::unavailable, reason);  // no word about the person who wants to log in
            }
        }
        service_ = std::move(*connection);
        server_ = &server;
        return {};
    }

    Result<Person> search_person(std::string_view user, Deadline deadline) {
        auto entries = service_->search(
            {settings_.base, SearchRequest::Scope::subtree, fill_filter(settings_.user_filter, user), wanted_, 2},
            deadline);
        if (!entries) {
            if (entries.error().code != ErrorCode::not_found) return tl::unexpected(entries.error());
            return fail(ErrorCode::unavailable,
                        "authentication.ldap.base: " + printable(settings_.base) +
                            ": not there, or hidden from the service account: " + entries.error().detail);
        }
        if (entries->size() == 1) return read_person(entries->front(), user);
        if (entries->empty()) {
            // Not the name itself: people type passwords into the wrong field.
            log(LogLevel::info, kUnknownName, server_->uri + ": no entry for the name that was typed");
            return fail(ErrorCode::not_found, "no entry for " + printable(user));
        }
        log(LogLevel::warning, kSeveralEntries, server_->uri + ": several entries for " + printable(user));
        return fail(ErrorCode::not_found, "several entries for " + printable(user));
    }

    [[nodiscard]] Result<Person> read_person(const Entry& entry, std::string_view user) const {
        const auto values_of = [&](std::string_view attribute) -> const std::vector<std::string>* {
            for (const auto& [name, values] : entry.attributes) {
                if (equal_ignoring_case(name, attribute) && !values.empty()) return &values;
            }
            return nullptr;
        };
        const auto* names = values_of(settings_.user_attribute);
        if (names == nullptr) {
            return fail(ErrorCode::corrupt, "authentication.ldap.user_attribute: " + printable(entry.dn) + " has no " +
                                                printable(settings_.user_attribute));
        }
        // Of several names, the one that was typed.
        const auto typed = std::find_if(names->begin(), names->end(),
                                        [&](const std::string& name) { return equal_ignoring_case(name, user); });
        Person person{entry.dn, typed != names->end() ? *typed : names->front(), {}};
        for (const auto& variable : exported_) {
            if (equal_ignoring_case(variable.attribute, "dn")) {
                person.attributes.set(variable.name, entry.dn);
            } else if (const auto* values = values_of(variable.attribute)) {
                std::string joined;
                for (const auto& value : *values) {
                    if (!joined.empty()) joined += kMultiValueSeparator;
                    joined += value;
                }
                if (!joined.empty()) person.attributes.set(variable.name, std::move(joined));
            }
        }
        person.attributes.set("_dn", entry.dn);
        return person;
    }

    config::LdapSettings settings_;
    std::vector<config::ExportedVariable> exported_;
    std::vector<std::string> wanted_;
    std::vector<Server> servers_;
    Secret password_;
    LogSink log_;
    std::optional<Connection> service_;
    const Server* server_ = nullptr;  ///< where `service_` leads
};

}  // namespace

Result<std::unique_ptr<Directory>> Directory::open(const config::LdapSettings& settings,
                                                   const std::vector<config::ExportedVariable>& exported, LogSink log) {
    Connection::forbid_foreign_settings();
    if (auto valid = check_settings(settings); !valid) return tl::unexpected(valid.error());
    std::vector<Server> servers;
    for (const auto& uri : settings.uri) {
        auto server = read_server(uri, settings.start_tls);
        if (!server) return tl::unexpected(server.error());
        servers.push_back(std::move(*server));
    }
    Secret password;
    if (!settings.bind_dn.empty()) {
        auto read = read_password(settings.bind_password_file);
        if (!read) return tl::unexpected(read.error());
        password = std::move(*read);
    }
    return std::make_unique<LdapDirectory>(settings, exported, std::move(servers), std::move(password), std::move(log));
}

}  // namespace sso::authn
