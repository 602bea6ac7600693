#include "core/authn/connection.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <optional>

#include "core/authn/watchdog.hpp"
#include "core/base/text.hpp"

namespace sso::authn {
namespace {

/// The bounds of what a server may send us. An entry of 512 kB is some thousand group memberships; a session's record
/// is refused at 1 MiB.
constexpr std::size_t kEntryBytes = std::size_t{512} * 1024;
constexpr std::size_t kValuesOfAnAttribute = 10'000;
constexpr ber_len_t kMessageBytes = ber_len_t{1024} * 1024;

std::string authorities(const Connection::Options& options) {
    return options.ca_file.empty() ? "/etc/ssl/certs/ca-certificates.crt" : options.ca_file;
}

/// While it lives, a write to a connection that the server closed is an error of that write and no signal: libldap
/// writes without MSG_NOSIGNAL, and what a program does with SIGPIPE is not ours to change.
class SigpipeBlocked {
  public:
    SigpipeBlocked() noexcept {
        sigset_t pending;
        sigemptyset(&pending);
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        sigemptyset(&sigpipe_);
        sigaddset(&sigpipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
    }
    ~SigpipeBlocked() {
        if (!was_pending_) {
            const timespec at_once{};
            while (sigtimedwait(&sigpipe_, nullptr, &at_once) == SIGPIPE) {
            }
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    SigpipeBlocked(const SigpipeBlocked&) = delete;
    SigpipeBlocked& operator=(const SigpipeBlocked&) = delete;

  private:
    sigset_t sigpipe_{}, before_{};
    bool was_pending_ = false;
};

/// What is left until `deadline`, at least a millisecond: to libldap a zero means "look once", and less "for ever".
timeval remaining(Deadline deadline) {
    using namespace std::chrono;
    const auto left = std::max(duration_cast<microseconds>(deadline - steady_clock::now()), microseconds(1000));
    timeval value{};
    value.tv_sec = static_cast<time_t>(duration_cast<seconds>(left).count());
    value.tv_usec = static_cast<suseconds_t>((left % seconds(1)).count());
    return value;
}

/// Codes by which directories say that these credentials do not do: wrong, absent, locked or expired.
bool says_refused(int code) {
    constexpr std::array codes{LDAP_INVALID_CREDENTIALS,  LDAP_INAPPROPRIATE_AUTH, LDAP_NO_SUCH_OBJECT,
                               LDAP_CONSTRAINT_VIOLATION, LDAP_INVALID_DN_SYNTAX,  LDAP_INSUFFICIENT_ACCESS,
                               LDAP_UNWILLING_TO_PERFORM};
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

std::string text_of(const berval& value) {
    return value.bv_val == nullptr ? std::string() : std::string(value.bv_val, value.bv_len);
}

}  // namespace

/// libldap's own time-out of a TLS handshake does not work with GnuTLS, with which Debian builds it: it makes the
/// socket non-blocking, asks again without waiting, and never looks at the clock (2.5.13). So the handshake blocks, and
/// a watchdog ends it.
struct Connection::Handshake {
    ldap_conncb callback{&connected, &closed, this};
    Watchdog* watchdog = nullptr;
    bool begun = false;  // there is a connection, and what fails now is TLS

    static int connected(LDAP* handle, Sockbuf* buffer, LDAPURLDesc* /*server*/, sockaddr* /*address*/,
                         ldap_conncb* callback) noexcept {
        auto* self = static_cast<Handshake*>(callback->lc_arg);
        ber_socket_t socket = -1;
        if (self->watchdog == nullptr || ber_sockbuf_ctrl(buffer, LBER_SB_OPT_GET_FD, &socket) < 0) return LDAP_OTHER;
        self->watchdog->guard(socket);
        self->begun = true;
        const timeval none{-1, 0};
        return ldap_set_option(handle, LDAP_OPT_NETWORK_TIMEOUT, &none);
    }
    static void closed(LDAP* /*handle*/, Sockbuf* /*buffer*/, ldap_conncb* /*callback*/) noexcept {}
};

void Connection::DeleteHandshake::operator()(Handshake* handshake) const noexcept {
    delete handshake;
}

void Connection::Unbind::operator()(LDAP* handle) const noexcept {
    const SigpipeBlocked guard;
    ldap_unbind_ext(handle, nullptr, nullptr);
}

void Connection::FreeMessage::operator()(LDAPMessage* message) const noexcept {
    ldap_msgfree(message);
}

void Connection::forbid_foreign_settings() {
    static std::once_flag once;
    std::call_once(once, [] { ::setenv("LDAPNOINIT", "1", 1); });
}

Result<Connection> Connection::open(const std::string& uri, const Options& options, Deadline deadline) {
    forbid_foreign_settings();
    const SigpipeBlocked guard;
    LDAP* handle = nullptr;
    if (const int code = ldap_initialize(&handle, uri.c_str()); code != LDAP_SUCCESS) {
        return fail(ErrorCode::invalid,
                    printable(uri) + ": not the address of an LDAP server: " + ldap_err2string(code));
    }
    Connection connection(uri, handle);
    if (auto done = connection.configure(options, deadline); !done) return tl::unexpected(done.error());
    if (auto done = connection.connect(options, deadline); !done) return tl::unexpected(done.error());
    return connection;
}

Status Connection::configure(const Options& options, Deadline deadline) {
    LDAP* const handle = handle_.get();
    const int version = LDAP_VERSION3;
    const timeval timeout = remaining(deadline);
    int code = ldap_set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version);
    if (code == LDAP_SUCCESS) code = ldap_set_option(handle, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
    if (code == LDAP_SUCCESS) code = ldap_set_option(handle, LDAP_OPT_RESTART, LDAP_OPT_ON);
    if (code == LDAP_SUCCESS) code = ldap_set_option(handle, LDAP_OPT_NETWORK_TIMEOUT, &timeout);
    if (code == LDAP_SUCCESS) code = ldap_set_option(handle, LDAP_OPT_TIMEOUT, &timeout);
    if (code != LDAP_SUCCESS) return failed(ErrorCode::internal, "set up", code);
    if (options.encryption == Encryption::none) return {};

    const int demand = LDAP_OPT_X_TLS_DEMAND;
    const int tls12 = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
    const int as_client = 0;
    const std::string ca_file = authorities(options);
    code = ldap_set_option(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
    if (code == LDAP_SUCCESS) code = ldap_set_option(handle, LDAP_OPT_X_TLS_PROTOCOL_MIN, &tls12);
    if (code == LDAP_SUCCESS) code = ldap_set_option(handle, LDAP_OPT_X_TLS_CACERTFILE, ca_file.c_str());
    if (code == LDAP_SUCCESS) code = ldap_set_option(handle, LDAP_OPT_X_TLS_NEWCTX, &as_client);
    if (code != LDAP_SUCCESS) {
        return fail(ErrorCode::unavailable, uri_ + ": authentication.ldap.ca_file: " + printable(ca_file) +
                                                ": cannot be used as certificate authorities");
    }
    return {};
}

Status Connection::connect(const Options& options, Deadline deadline) {
    LDAP* const handle = handle_.get();
    {
        std::optional<Watchdog> watchdog;
        if (options.encryption != Encryption::none) {
            handshake_.reset(new Handshake);
            handshake_->watchdog = &watchdog.emplace(deadline);
            if (const int code = ldap_set_option(handle, LDAP_OPT_CONNECT_CB, &handshake_->callback);
                code != LDAP_SUCCESS) {
                return failed(ErrorCode::internal, "set up", code);
            }
        }
        if (const int code = ldap_connect(handle); code != LDAP_SUCCESS) {
            return handshake_ && handshake_->begun ? handshake_failed(options)
                                                   : failed(ErrorCode::unavailable, "connect", code);
        }
        if (options.encryption == Encryption::start_tls) {
            if (auto encrypted = start_tls(options, deadline); !encrypted) return encrypted;
        }
        if (handshake_) handshake_->watchdog = nullptr;
    }
    // From here on nothing may wait but `next_message`: a server that stops in the middle of an answer would hold a
    // blocking read for ever.
    Sockbuf* socket = nullptr;
    int yes = 1;
    ber_len_t most = kMessageBytes;
    if (ldap_get_option(handle, LDAP_OPT_SOCKBUF, &socket) != LDAP_SUCCESS || socket == nullptr ||
        ber_sockbuf_ctrl(socket, LBER_SB_OPT_SET_NONBLOCK, &yes) < 0 ||
        ber_sockbuf_ctrl(socket, LBER_SB_OPT_SET_MAX_INCOMING, &most) < 0) {
        return failed(ErrorCode::internal, "set up the socket", LDAP_LOCAL_ERROR);
    }
    return {};
}

Status Connection::start_tls(const Options& options, Deadline deadline) {
    int id = 0;
    if (const int code = ldap_start_tls(handle_.get(), nullptr, nullptr, &id); code != LDAP_SUCCESS) {
        return failed(ErrorCode::unavailable, "StartTLS", code);
    }
    auto message = next_message(id, deadline);
    if (!message) return tl::unexpected(message.error());
    if (const auto [code, said] = read_outcome(message->get()); code != LDAP_SUCCESS) {
        return failed(ErrorCode::unavailable, "StartTLS", code, said);
    }
    if (ldap_install_tls(handle_.get()) != LDAP_SUCCESS) return handshake_failed(options);
    return {};
}

Status Connection::bind(const std::string& dn, const Secret& password, Deadline deadline) {
    if (dn.empty() || password.empty()) return fail(ErrorCode::refused, uri_ + ": a bind needs a name and a password");
    const SigpipeBlocked guard;
    berval credentials{};
    credentials.bv_len = password.size();
    credentials.bv_val = const_cast<char*>(password.reveal().data());  // NOLINT: libldap only reads it
    int id = 0;
    if (const int code =
            ldap_sasl_bind(handle_.get(), dn.c_str(), LDAP_SASL_SIMPLE, &credentials, nullptr, nullptr, &id);
        code != LDAP_SUCCESS) {
        return failed(ErrorCode::unavailable, "bind", code);
    }
    auto message = next_message(id, deadline);
    if (!message) return tl::unexpected(message.error());
    const auto [code, said] = read_outcome(message->get());
    if (code == LDAP_SUCCESS) return {};
    return failed(says_refused(code) ? ErrorCode::refused : ErrorCode::unavailable, "bind", code, said);
}

Result<std::vector<Entry>> Connection::search(const SearchRequest& request, Deadline deadline) {
    const SigpipeBlocked guard;
    std::vector<char*> attributes;
    attributes.reserve(request.attributes.size() + 1);
    for (const auto& attribute : request.attributes) {
        attributes.push_back(const_cast<char*>(attribute.c_str()));  // NOLINT: libldap only reads them
    }
    attributes.push_back(nullptr);
    timeval limit = remaining(deadline);
    limit.tv_sec += 1;  // the server's own limit counts whole seconds, and must not end before ours
    int id = 0;
    const int scope = request.scope == SearchRequest::Scope::entry ? LDAP_SCOPE_BASE : LDAP_SCOPE_SUBTREE;
    if (const int code =
            ldap_search_ext(handle_.get(), request.base.c_str(), scope, request.filter.c_str(), attributes.data(), 0,
                            nullptr, nullptr, &limit, static_cast<int>(request.most), &id);
        code != LDAP_SUCCESS) {
        return failed(code == LDAP_FILTER_ERROR ? ErrorCode::invalid : ErrorCode::unavailable, "search", code);
    }
    std::vector<Entry> entries;
    for (;;) {
        auto message = next_message(id, deadline);
        if (!message) return tl::unexpected(message.error());
        const int type = ldap_msgtype(message->get());
        if (type == LDAP_RES_SEARCH_REFERENCE) continue;
        if (type == LDAP_RES_SEARCH_ENTRY) {
            auto entry = read_entry(message->get());
            if (!entry) {
                ldap_abandon_ext(handle_.get(), id, nullptr, nullptr);
                return tl::unexpected(entry.error());
            }
            entries.push_back(std::move(*entry));
            if (entries.size() < request.most) continue;
            ldap_abandon_ext(handle_.get(), id, nullptr, nullptr);  // as many as asked for: the rest is not read
            return entries;
        }
        const auto [code, said] = read_outcome(message->get());
        if (code == LDAP_SUCCESS || code == LDAP_SIZELIMIT_EXCEEDED) return entries;
        return failed(code == LDAP_NO_SUCH_OBJECT ? ErrorCode::not_found : ErrorCode::unavailable, "search", code,
                      said);
    }
}

Result<Connection::Message> Connection::next_message(int id, Deadline deadline) {
    timeval timeout = remaining(deadline);
    LDAPMessage* message = nullptr;
    // Not asked for when the time is over: a server that never stops talking would be listened to for ever.
    const bool in_time = std::chrono::steady_clock::now() < deadline;
    const int type = in_time ? ldap_result(handle_.get(), id, LDAP_MSG_ONE, &timeout, &message) : 0;
    if (type > 0) return Message(message);
    if (type == 0) {
        ldap_abandon_ext(handle_.get(), id, nullptr, nullptr);
        return fail(ErrorCode::unavailable, uri_ + ": no answer in time");
    }
    int code = LDAP_OTHER;
    ldap_get_option(handle_.get(), LDAP_OPT_RESULT_CODE, &code);
    return failed(ErrorCode::unavailable, "read an answer", code);
}

std::pair<int, std::string> Connection::read_outcome(LDAPMessage* message) {
    int code = LDAP_OTHER;
    char* said = nullptr;
    const int parsed = ldap_parse_result(handle_.get(), message, &code, nullptr, &said, nullptr, nullptr, 0);
    std::pair<int, std::string> outcome{parsed == LDAP_SUCCESS ? code : parsed, said == nullptr ? "" : said};
    ldap_memfree(said);
    return outcome;
}

Result<Entry> Connection::read_entry(LDAPMessage* message) {
    LDAP* const handle = handle_.get();
    BerElement* element = nullptr;
    berval dn{};
    if (const int code = ldap_get_dn_ber(handle, message, &element, &dn); code != LDAP_SUCCESS) {
        ber_free(element, 0);
        return failed(ErrorCode::unavailable, "read an entry", code);
    }
    const std::unique_ptr<BerElement, void (*)(BerElement*)> owner(element, [](BerElement* e) { ber_free(e, 0); });
    Entry entry{text_of(dn), {}};
    std::size_t bytes = entry.dn.size();
    for (;;) {
        berval name{};
        berval* values = nullptr;
        const int code = ldap_get_attribute_ber(handle, message, element, &name, &values);
        const std::unique_ptr<berval, void (*)(void*)> values_owner(values, ber_memfree);
        if (code != LDAP_SUCCESS) return failed(ErrorCode::unavailable, "read an entry", code);
        if (name.bv_val == nullptr) return entry;
        auto& [attribute, texts] = entry.attributes.emplace_back(text_of(name), std::vector<std::string>());
        for (const berval* value = values; value != nullptr && value->bv_val != nullptr; ++value) {
            bytes += value->bv_len;
            if (bytes > kEntryBytes || texts.size() >= kValuesOfAnAttribute) {
                return fail(ErrorCode::limit,
                            uri_ + ": " + printable(entry.dn) + ": attribute " + printable(attribute) +
                                " makes the entry larger than we read: " + std::to_string(kEntryBytes) + " bytes, " +
                                std::to_string(kValuesOfAnAttribute) + " values");
            }
            texts.push_back(text_of(*value));
        }
    }
}

tl::unexpected<Error> Connection::failed(ErrorCode code, std::string_view step, int ldap_code,
                                         std::string_view said) const {
    std::string detail = uri_ + ": " + std::string(step) + ": " + ldap_err2string(ldap_code);
    const std::string more = said.empty() ? diagnostic() : std::string(said);
    if (!more.empty()) detail += " (" + printable(more) + ")";
    return fail(code, std::move(detail));
}

tl::unexpected<Error> Connection::handshake_failed(const Options& options) const {
    // libldap with GnuTLS keeps the reason to itself: "unknown error code"
    return fail(ErrorCode::unavailable,
                uri_ +
                    ": TLS handshake: failed, or not done in time; expected a certificate that is valid, bears this "
                    "host and comes from an authority in " +
                    printable(authorities(options)) + " (authentication.ldap.ca_file)");
}

std::string Connection::diagnostic() const {
    char* said = nullptr;
    ldap_get_option(handle_.get(), LDAP_OPT_DIAGNOSTIC_MESSAGE, &said);
    std::string text = said == nullptr ? "" : said;
    ldap_memfree(said);
    return text;
}

}  // namespace sso::authn
