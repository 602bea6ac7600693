// The body of a request that changes or tries a configuration, or asks about a page: a stranger's JSON read into types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace sso::manager::api {

/// One change of a text (core/config/toml_edit.hpp).
struct Edit {
    enum class Kind { set, remove, move, insert } kind = Kind::set;
    std::string key;
    std::string value;     ///< of set and insert
    bool is_toml = false;  ///< whether `value` is TOML; else it is text
    std::size_t to = 0;    ///< of move
};

/// A text to be, in one of three ways; and under which conditions.
struct Change {
    std::optional<std::string> text;       ///< given whole
    std::vector<Edit> edits;               ///< made of the newest version's
    std::optional<std::uint64_t> version;  ///< that of an older version
    std::string message;
    bool accept_warnings = false;
    bool accept_lockout = false;
};

/// {"text": …} or {"edits": [{"set": KEY, "value": …}, {"set": KEY, "toml": …}, {"remove": KEY},
/// {"move": KEY, "to": N}, {"insert": KEY, "value" or "toml": …}]} or {"version": N}; beside it "message",
/// "accept_warnings", "accept_lockout". An unknown member is a mistake.
/// @return `invalid`, saying which member is wrong
Result<Change> parse_change(std::string_view json);

/// `text` with the edit made. @return as toml_edit says
Result<std::string> edited(std::string_view text, const Edit& edit);

/// Whether somebody may have a page.
struct Inquiry {
    std::string url;
    std::string method = "GET";
    std::string address = "127.0.0.1";
    std::string user;                       ///< a person of the directory; empty: none is named
    std::optional<std::string> attributes;  ///< JSON, a session's
};

/// {"url": …, "method": …, "ip": …} with "user": NAME, "attributes": {…}, or neither.
Result<Inquiry> parse_inquiry(std::string_view json);

}  // namespace sso::manager::api
