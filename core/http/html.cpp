#include "core/http/html.hpp"

#include <algorithm>

#include "core/http/url.hpp"

namespace sso::http::html {
namespace {

std::string escaped(std::string_view value, std::string_view also) {
    std::string result;
    result.reserve(value.size() + value.size() / 8);
    for (const char c : value) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            case '\'':
                result += "&#39;";
                break;
            case '\0':
                result += "\xEF\xBF\xBD";
                break;  // U+FFFD: a parser may end or drop text at a NUL
            default:
                if (also.find(c) == std::string_view::npos) {
                    result += c;
                } else {
                    result += "&#" + std::to_string(static_cast<unsigned char>(c)) + ";";
                }
        }
    }
    return result;
}

/// A path of our own: "//host" and "/\host" are another server's to a browser, which also drops tabs and newlines.
bool is_own_path(std::string_view value) noexcept {
    if (value.empty() || value[0] != '/' || (value.size() > 1 && value[1] == '/')) return false;
    return std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < '\x7F' && c != '\\'; });
}

}  // namespace

std::string text(std::string_view value) {
    return escaped(value, {});
}

std::string attribute(std::string_view value) {
    return escaped(value, "\t\n\r`");
}

std::string url(std::string_view value) {
    return is_own_path(value) || Url::parse(value) ? attribute(value) : "#";
}

}  // namespace sso::http::html
