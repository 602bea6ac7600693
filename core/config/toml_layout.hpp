// Where everything stands in a TOML text: each table, each key and each element of a list, by its path and its bytes.
// For those who change a piece of the text and leave the rest as it was written. Inside core/config.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace sso::config {

/// One step of a path: a key, or the place of an element in a list.
struct Step {
    std::string key{};
    std::optional<std::size_t> index{};
    friend bool operator==(const Step&, const Step&) = default;
};
using KeyPath = std::vector<Step>;

/// `vhost."www1.example.com".rules[2].allow`, keys in quotes where TOML asks for them.
/// @return `invalid`, saying how a path is written
Result<KeyPath> parse_key_path(std::string_view text);
std::string to_string(const KeyPath& path);
bool begins_with(const KeyPath& path, const KeyPath& start);

/// Something with a path. Offsets are bytes from the start of the text.
struct LayoutEntry {
    enum class Kind {
        header,     ///< `[table]`; a list of tables' `[[table]]` has an index for its last step
        statement,  ///< `key = value` on a line of its own
        element,    ///< of a list between brackets
        member,     ///< `key = value` between braces
    };
    Kind kind = Kind::statement;
    KeyPath path{};
    std::size_t start = 0;   ///< of the line, of the element, of the member's key
    std::size_t value = 0;   ///< of the value
    std::size_t end = 0;     ///< behind the value
    std::size_t stop = 0;    ///< behind the line break; of elements and members, as `end`
    std::size_t section = 0; /*!< which header it stands below: its place among the entries, or the number of entries
                                when it stands above the first */
};

/// @pre `toml` is well-formed; of another text, what can be made out. Reads each byte a bounded number of times.
std::vector<LayoutEntry> lay_out(std::string_view toml);

/// A list between brackets, taken apart so that its elements can be moved: `[`, then for each element what stands
/// before it, its value and what stands behind it on its line, then what stands before `]`.
struct ListText {
    struct Item {
        std::string before, value, behind;
    };
    std::vector<Item> items;
    std::string closing;
    bool last_has_comma = false;

    /// @param list  from `[` to `]`
    static ListText parse(std::string_view list);
    [[nodiscard]] std::string text() const;
};

}  // namespace sso::config
