// TLS over a non-blocking socket, with the server's certificate always verified (OpenSSL).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/redis/deadline.hpp"
#include "core/redis/socket.hpp"
#include "core/redis/uri.hpp"

struct ssl_st;  // OpenSSL's own names for SSL, SSL_CTX and BIO_METHOD
struct ssl_ctx_st;
struct bio_method_st;

namespace sso::redis {

/// What all connections to one server share: the certificates we trust, and ours. Callable from several threads.
class TlsContext {
  public:
    /// @return `invalid`, naming the file that cannot be used
    static Result<TlsContext> open(const TlsFiles& files);

  private:
    friend class TlsStream;
    struct Deleter {
        void operator()(ssl_ctx_st* context) const noexcept;
        void operator()(bio_method_st* method) const noexcept;
    };
    std::unique_ptr<ssl_ctx_st, Deleter> context_;
    std::unique_ptr<bio_method_st, Deleter> method_;
};

/// One encrypted stream. Failures are `unavailable`, but a certificate that does not pass is `refused`.
class TlsStream {
  public:
    /// The handshake. `context` and `socket` outlive the stream, and the socket stays where it is.
    static Result<TlsStream> open(const TlsContext& context, const Socket& socket, const std::string& host,
                                  Deadline deadline);

    [[nodiscard]] Status write_all(std::string_view bytes, Deadline deadline);
    [[nodiscard]] Result<std::size_t> read_some(char* buffer, std::size_t size, Deadline deadline);
    /// Whether bytes have been taken from the socket that nobody has read yet.
    [[nodiscard]] bool has_pending() const noexcept;

  private:
    struct Deleter {
        void operator()(ssl_st* ssl) const noexcept;
    };
    TlsStream(ssl_st* ssl, const Socket& socket) : ssl_(ssl), socket_(&socket) {}
    Status wait_as_asked(int code, std::string_view what, Deadline deadline);

    std::unique_ptr<ssl_st, Deleter> ssl_;
    const Socket* socket_;
};

}  // namespace sso::redis
