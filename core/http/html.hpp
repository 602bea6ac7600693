// Text on its way into HTML. Each function is named by its context; nothing takes raw HTML from a variable.
#pragma once

#include <string>
#include <string_view>

namespace sso::http::html {

std::string text(std::string_view value);       ///< between tags
std::string attribute(std::string_view value);  ///< inside a quoted attribute
/// An address in href or action: http, https or a path of our own; anything else becomes "#". Escaped as an attribute.
std::string url(std::string_view value);

}  // namespace sso::http::html
