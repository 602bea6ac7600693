// URLs in one canonical form, for return addresses and for whatever else names a place on the web.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/http/path.hpp"

namespace sso::http {

/// An absolute http or https URL (RFC 3986, read as strictly as the WHATWG parser is lenient: what the two could
/// understand differently is refused). No userinfo, no fragment, no control byte, no backslash, no blank, no byte above
/// 0x7E, at most 8 kB; host in lower case (letters, digits, '-', '.', '_' or a bracketed IPv6 address), never an empty
/// label, and a host that ends in a number is an IPv4 address in its usual form; port 1 to 65535.
class Url {
  public:
    static constexpr std::size_t kLongest = 8192;

    Url() = default;
    static Result<Url> parse(std::string_view text);

    [[nodiscard]] const std::string& scheme() const noexcept { return scheme_; }
    [[nodiscard]] const std::string& host() const noexcept { return host_; }
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }       ///< the scheme's own if none was written
    [[nodiscard]] const std::string& path() const noexcept { return path_; }  ///< as written, at least "/"
    [[nodiscard]] const std::optional<std::string>& query() const noexcept { return query_; }
    [[nodiscard]] bool is_https() const noexcept { return scheme_ == "https"; }

    /// scheme://host[:port], the port only when it is not the scheme's own (RFC 6454 §6.2).
    [[nodiscard]] std::string origin() const;
    /// host[:port] as a Host header has it.
    [[nodiscard]] std::string authority() const;
    [[nodiscard]] std::string text() const;
    /// The same origin with another path and query, both as they stand in a request line: a byte that `parse` would
    /// refuse is percent-encoded, and what has no "/" at its start gets one.
    [[nodiscard]] Url with_path(std::string_view path_and_query) const;
    /// The same scheme and port at another host, which is ours and well-formed.
    [[nodiscard]] Url with_host(std::string_view host) const;

    friend bool operator==(const Url&, const Url&) = default;

  private:
    std::string scheme_, host_, path_{"/"};
    std::optional<std::string> query_;
    std::uint16_t port_ = 0;
};

std::string percent_encode(std::string_view text);                 ///< all but RFC 3986's unreserved
std::optional<std::string> percent_decode(std::string_view text);  ///< nothing for a broken escape

}  // namespace sso::http
