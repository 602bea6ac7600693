// Header names and values (RFC 9110 §5), and what CGI makes of them (RFC 3875 §4.1.18).
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sso::http {

/// Whether two header names become one variable for some application: letters in any case, and every byte that is
/// neither letter nor digit folded to one (httpd's CGI, PHP, WSGI, Rack …). Allocates nothing.
bool cgi_equivalent(std::string_view a, std::string_view b) noexcept;

/// The folded form itself ("HTTP_" left out): upper-case letters, digits, '_'.
std::string cgi_name(std::string_view header_name);

bool is_token(std::string_view name) noexcept;  ///< RFC 9110 §5.6.2

/// A value without the bytes that end or break a header (all C0 controls but tab, and DEL), trimmed.
std::string field_value(std::string_view value);
/// Whether `field_value` would give `value` as it is; of some with tabs it may say no. Allocates nothing.
bool is_plain_field_value(std::string_view value) noexcept;

/// `list` (a Connection header, §7.6.1) without the options for which `drop` is CGI-equivalent. The options are parted
/// by commas alone; httpd's mod_proxy takes ";" and blanks for separators too, so they are here.
std::string without_list_members(std::string_view list, const std::vector<std::string>& drop);

/// The media types and languages a client asked for, best first (RFC 9110 §12.5): "application/json", "fr-CA".
std::vector<std::string> accepted(std::string_view accept_header);
/// Which of our languages (RFC 5646 primary tags, in lower case) suits a client best; the first when none is asked for.
std::string_view best_language(std::string_view accept_language, std::initializer_list<std::string_view> ours);
/// Whether JSON is asked for and HTML is not asked for with at least the same weight.
bool wants_json(std::string_view accept_header);

}  // namespace sso::http
