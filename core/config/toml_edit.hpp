// Changes of a configuration's text that leave everything else as it was written: comments, order, spelling. For those
// who edit a configuration piece by piece, by its keys.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace sso::config {

/// How a value is given. `automatic`: as TOML if the whole of it is a TOML value, else as text.
enum class ValueForm { automatic, toml, text };

/// A text as TOML writes it, on one line: between single quotes if that can be.
std::string quoted(std::string_view text);

/// Each gives the whole new text. `key` is a path, as in vhost."www.example.com".rules[2].allow.
/// @return `invalid` for a key or a value that is none, a text that is not TOML, or a place that can only be edited by
///         hand (it is said why); `not_found` where something is to be there and is not

/// Sets a key or an element, there already or not; the index behind the last one appends to the list.
Result<std::string> set_value(std::string_view toml, std::string_view key, std::string_view value,
                              ValueForm form = ValueForm::automatic);
/// Takes a key out, a table with all that is below it, or an element of a list.
Result<std::string> remove_value(std::string_view toml, std::string_view key);
/// Moves an element of a list, or a key among those of its table, to the place `to` (from 0) of its siblings.
Result<std::string> move_value(std::string_view toml, std::string_view key, std::size_t to);
/// Puts an element into a list before the one that `key` names.
Result<std::string> insert_value(std::string_view toml, std::string_view key, std::string_view value,
                                 ValueForm form = ValueForm::automatic);

/// The text as JSON, keys in written order. Dates are text.
/// @return `invalid` with the first mistake's place when it is not TOML
Result<std::string> toml_as_json(std::string_view toml);
/// What `key` holds, as JSON; nothing when it is not set.
Result<std::optional<std::string>> value_as_json(std::string_view toml, std::string_view key);

}  // namespace sso::config
