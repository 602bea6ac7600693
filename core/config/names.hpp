// What may stand where a setting asks for a name, an address or a filter.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sso::config {

/// Nothing when `text` is good; else what is wrong and what would be right. Shows no more of the text than a line.
using TextCheck = std::optional<std::string> (*)(std::string_view text);

std::optional<std::string> check_host_name(std::string_view text);  ///< RFC 1123 §2.1, and '_'; no port, no wildcard
std::optional<std::string> check_virtual_host_name(std::string_view text);  ///< the same, or a wildcard
std::optional<std::string> check_header_name(std::string_view text);    ///< a token that an application may be given
std::optional<std::string> check_cookie_name(std::string_view text);    ///< a token
std::optional<std::string> check_cookie_domain(std::string_view text);  ///< empty, or a host name of two labels or more
std::optional<std::string> check_variable_name(std::string_view text);  ///< what `$name` can name
std::optional<std::string> check_group_name(std::string_view text);
std::optional<std::string> check_attribute(std::string_view text);  ///< RFC 4512 §2.5
std::optional<std::string> check_ldap_uri(std::string_view text);
std::optional<std::string> check_user_filter(std::string_view text);  ///< an RFC 4515 filter that holds $user
std::optional<std::string> check_backend(std::string_view text);
std::optional<std::string> check_store_uri(std::string_view text);  ///< never shown: it may hold a password
std::optional<std::string> check_path(std::string_view text);       ///< empty, or absolute

std::optional<std::string> check_network(std::string_view text);      ///< an address, or address/length
std::optional<std::string> check_rate(std::string_view text);         ///< what Rate::parse reads
std::optional<std::string> check_dns_suffix(std::string_view text);   ///< ".example.com"
std::optional<std::string> check_system_word(std::string_view text);  ///< of 1 to 16 letters a to z: "linux"
std::optional<std::string> check_account(std::string_view text);      ///< a local account's name
std::optional<std::string> check_share(std::string_view text);        ///< a path that needs no quoting and has no ".."

/// An address as a message may show it: not when an '@' may have a password before it.
std::string shown_address(std::string_view text);

/// Whether a cookie set for `domain` (empty: for `setter` alone) is sent to `host` (RFC 6265 §5.1.3). All lower case.
bool cookie_reaches(std::string_view host, std::string_view domain, std::string_view setter) noexcept;

/// Whether a virtual host's name stands for many: `*` is any text, `%` any without a dot.
bool is_wildcard(std::string_view name) noexcept;
/// Whether `pattern` stands for `name`, whole. All lower case. Costs the product of both lengths, and allocates
/// nothing.
bool matches_wildcard(std::string_view pattern, std::string_view name) noexcept;

}  // namespace sso::config
