// The path of a request in the one form that rules see: what httpd 2.4 makes of it, or a refusal.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace sso::http {

/// A path as rules see it: percent-decoded once, "//", "." and ".." removed, trailing slash kept. Equal to httpd's
/// r->uri for every path that is not refused.
/// @param raw  as it stands in the request line, without query
/// @return `invalid` for what no rule may be asked about: see `path_flaw`
Result<std::string> canonical_path(std::string_view raw, bool keep_encoded_slashes = false);

/// Why no rule may be asked about the path `raw` ("control byte in path"), or nothing: a control byte or NUL, plain or
/// encoded; a broken escape; "%2F", "%5C" and "\" (unless `keep_encoded_slashes`: then "%2F" stays as it is written and
/// "%5C" is decoded); an overlong UTF-8 form; "." or ".." with path parameters ("/..;/", which servlet containers
/// resolve and httpd does not); a plain blank, "?" or "#"; no "/" at the start. A ".." above the root shows only in
/// `canonical_path`, and httpd refuses it before. Allocates nothing.
std::string_view path_flaw(std::string_view raw, bool keep_encoded_slashes = false) noexcept;

/// Whether `path` holds nothing but bytes in which neither `path_flaw` nor a decoder finds anything: letters, digits
/// and most marks, no escape, no parameter. True for almost every path. Allocates nothing.
bool is_plain_path(std::string_view path) noexcept;

/// Whether `path` is plain and no segment of it is empty or begins with a dot, the last one apart where it is empty:
/// everybody reads it alike. True for almost every path. Allocates nothing.
bool is_ordinary_path(std::string_view path) noexcept;

/// `canonical_path` for a path that a server has decoded already (PATH_INFO): no escape is looked for.
/// It may hold a blank, "?" or "#", which were encoded before.
Result<std::string> canonical_decoded_path(std::string_view path);

}  // namespace sso::http
