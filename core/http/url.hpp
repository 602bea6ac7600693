// URLs and paths in one canonical form, for rules and for return addresses alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace sso::http {

/// An absolute http or https URL (RFC 3986, read as strictly as the WHATWG parser is lenient: what the two could
/// understand differently is refused). No userinfo, no fragment, no control byte, no backslash, no blank; host in lower
/// case (letters, digits, '-', '.', '_' or a bracketed IPv6 address), never an empty label; port 1 to 65535.
class Url {
  public:
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
    /// The same origin with another path and query, both as they stand in a request line.
    [[nodiscard]] Url with_path(std::string_view path_and_query) const;
    /// The same scheme and port at another host.
    [[nodiscard]] Url with_host(std::string_view host) const;

  private:
    std::string scheme_, host_, path_{"/"};
    std::optional<std::string> query_;
    std::uint16_t port_ = 0;
};

/// A path as rules see it: percent-decoded once, "//", "." and ".." removed, trailing slash kept.
/// @return `invalid` for what no rule may be asked about: control bytes, NUL, a broken escape, "%2F" and "%5C" (unless
///         `keep_encoded_slashes`), a ".." above the root
Result<std::string> canonical_path(std::string_view raw, bool keep_encoded_slashes = false);

std::string percent_encode(std::string_view text);                 ///< all but RFC 3986's unreserved
std::optional<std::string> percent_decode(std::string_view text);  ///< nothing for a broken escape

}  // namespace sso::http
