// Asks the portal over HTTP: one question, one connection, within a time-out. For the Apache module, whose threads must
// not share more with each other than they do, and whose process must not load a second TLS library.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/http/url.hpp"
#include "core/redis/resolver.hpp"
#include "core/redis/tls.hpp"

namespace sso::credentials {

/// The first lines of an HTTP answer.
struct AnswerHead {
    int status = 0;
    std::optional<std::size_t> length;  ///< of the body, where it is said
};
/// @param head  status line and header fields, each ended by CR LF, without the empty line (RFC 9112 §4, §5)
/// @return `invalid` for what is none, and where its length can be read in two ways
Result<AnswerHead> parse_answer_head(std::string_view head);

/// What the portal says. Redirects are not followed: they are answers like any other.
struct PortalAnswer {
    int status = 0;
    std::string body;  ///< of a 200; of no other answer is it read
};

/// Callable from several threads at once.
class PortalClient {
  public:
    struct Target {
        http::Url address;  ///< where to connect; its certificate must be this host's
        http::Url portal;   ///< what to ask for there: host and path
        std::string ca_file;
        std::chrono::milliseconds timeout;
        friend bool operator==(const Target&, const Target&) = default;
    };
    explicit PortalClient(Target target);

    /// Posts a form to `page` below the portal's path.
    /// @return `unavailable`; `refused` for a certificate that does not pass; `invalid` for what is no answer or one
    ///         that is too long
    Result<PortalAnswer> post(std::string_view page, std::string_view form);

  private:
    Result<const redis::TlsContext*> tls();

    const Target target_;
    redis::Resolver resolver_;
    std::mutex opening_;
    std::optional<redis::TlsContext> tls_;  // under opening_, set once
};

}  // namespace sso::credentials
