#include "core/redis/tls.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <string>

namespace sso::redis {
namespace {

/// The oldest error of this thread's queue, which is then empty.
std::string openssl_error() {
    const unsigned long code = ::ERR_get_error();
    ::ERR_clear_error();
    std::array<char, 256> text{};
    ::ERR_error_string_n(code, text.data(), text.size());
    return code == 0 ? "the server closed the connection" : text.data();
}

auto unusable(std::string_view what, const std::string& file) {
    return fail(ErrorCode::invalid, std::string(what) + " " + file + ": " + openssl_error());
}

// OpenSSL's own socket BIO writes with write(2), and a server that is gone would then raise SIGPIPE in programs that
// do not ignore it (ssoctl, CGI). This one sends with MSG_NOSIGNAL; its data pointer is our Socket.
int socket_of(BIO* bio) {
    return static_cast<const Socket*>(::BIO_get_data(bio))->fd();
}

int bio_send(BIO* bio, const char* bytes, int size) {
    ::BIO_clear_retry_flags(bio);
    const ssize_t sent = ::send(socket_of(bio), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) ::BIO_set_retry_write(bio);
    return static_cast<int>(sent);
}

int bio_receive(BIO* bio, char* buffer, int size) {
    ::BIO_clear_retry_flags(bio);
    const ssize_t got = ::recv(socket_of(bio), buffer, static_cast<std::size_t>(size), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) ::BIO_set_retry_read(bio);
    return static_cast<int>(got);
}

long bio_control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

int clamp_size(std::size_t size) noexcept {
    return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

/// The certificate must be for this very host: a name as subjectAltName has it, or an address.
bool expect_host(SSL* ssl, const std::string& host) {
    std::array<unsigned char, sizeof(in6_addr)> address{};
    if (::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
        ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1) {
        return ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl), host.c_str()) == 1;
    }
    ::SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    // SSL_set_tlsext_host_name is a macro with an old-style cast
    std::string name = host;
    return ::SSL_set1_host(ssl, host.c_str()) == 1 &&
           ::SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
}

}  // namespace

void TlsContext::Deleter::operator()(SSL_CTX* context) const noexcept {
    ::SSL_CTX_free(context);
}

void TlsContext::Deleter::operator()(BIO_METHOD* method) const noexcept {
    ::BIO_meth_free(method);
}

void TlsStream::Deleter::operator()(SSL* ssl) const noexcept {
    ::SSL_free(ssl);
}

Result<TlsContext> TlsContext::open(const TlsFiles& files) {
    ::ERR_clear_error();
    TlsContext tls;
    tls.context_.reset(::SSL_CTX_new(::TLS_client_method()));
    tls.method_.reset(::BIO_meth_new(BIO_TYPE_SOURCE_SINK, "sso"));
    if (!tls.context_ || !tls.method_) return fail(ErrorCode::internal, "TLS: " + openssl_error());
    ::BIO_meth_set_write(tls.method_.get(), bio_send);
    ::BIO_meth_set_read(tls.method_.get(), bio_receive);
    ::BIO_meth_set_ctrl(tls.method_.get(), bio_control);

    SSL_CTX* context = tls.context_.get();
    ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    ::SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (files.ca_file.empty()) {
        if (::SSL_CTX_set_default_verify_paths(context) != 1) return unusable("the system's", "certificates");
    } else if (::SSL_CTX_load_verify_file(context, files.ca_file.c_str()) != 1) {
        return unusable("ca file", files.ca_file);
    }
    if (files.certificate_file.empty()) return tls;
    if (::SSL_CTX_use_certificate_chain_file(context, files.certificate_file.c_str()) != 1) {
        return unusable("certificate file", files.certificate_file);
    }
    if (::SSL_CTX_use_PrivateKey_file(context, files.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
        return unusable("key file", files.key_file);
    }
    return tls;
}

Result<TlsStream> TlsStream::open(const TlsContext& context, const Socket& socket, const std::string& host,
                                  Deadline deadline) {
    ::ERR_clear_error();
    TlsStream stream(::SSL_new(context.context_.get()), socket);
    BIO* bio = ::BIO_new(context.method_.get());
    if (!stream.ssl_ || bio == nullptr || !expect_host(stream.ssl_.get(), host)) {
        ::BIO_free(bio);
        return fail(ErrorCode::internal, "TLS: " + openssl_error());
    }
    ::BIO_set_data(bio, const_cast<Socket*>(&socket));  // NOLINT: read through a const pointer again in socket_of
    ::BIO_set_init(bio, 1);
    ::SSL_set_bio(stream.ssl_.get(), bio, bio);

    while (true) {
        ::ERR_clear_error();
        const int code = ::SSL_connect(stream.ssl_.get());
        if (code == 1) return stream;
        if (const long verdict = ::SSL_get_verify_result(stream.ssl_.get()); verdict != X509_V_OK) {
            ::ERR_clear_error();
            return fail(ErrorCode::refused,
                        std::string("the server's certificate: ") + ::X509_verify_cert_error_string(verdict));
        }
        if (auto ready = stream.wait_as_asked(code, "TLS handshake: ", deadline); !ready) {
            return error_of(ready);
        }
    }
}

bool TlsStream::has_pending() const noexcept {
    return ::SSL_has_pending(ssl_.get()) == 1;
}

Status TlsStream::wait_as_asked(int code, std::string_view what, Deadline deadline) {
    switch (::SSL_get_error(ssl_.get(), code)) {
        case SSL_ERROR_WANT_READ:
            return socket_->wait(Socket::Direction::read, deadline);
        case SSL_ERROR_WANT_WRITE:
            return socket_->wait(Socket::Direction::write, deadline);
        default:
            return fail(ErrorCode::unavailable, std::string(what) + openssl_error());
    }
}

Status TlsStream::write_all(std::string_view bytes, Deadline deadline) {
    while (!bytes.empty()) {
        ::ERR_clear_error();
        const int written = ::SSL_write(ssl_.get(), bytes.data(), clamp_size(bytes.size()));
        if (written > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
        } else if (auto ready = wait_as_asked(written, "TLS: ", deadline); !ready) {
            return ready;
        }
    }
    return {};
}

Result<std::size_t> TlsStream::read_some(char* buffer, std::size_t size, Deadline deadline) {
    while (true) {
        ::ERR_clear_error();
        const int got = ::SSL_read(ssl_.get(), buffer, clamp_size(size));
        if (got > 0) return static_cast<std::size_t>(got);
        if (auto ready = wait_as_asked(got, "TLS: ", deadline); !ready) return error_of(ready);
    }
}

}  // namespace sso::redis
