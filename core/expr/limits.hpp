// Every bound of the expression language, beside the input that needs it. For whoever compiles expressions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sso::expr {

struct Limits {
    std::size_t source_bytes = 16'384;  ///< `$uid eq "x" or …` written twenty thousand times
    std::size_t nesting = 100;          ///< two thousand opening parentheses; also the height of the syntax tree
    std::size_t steps = 100'000;  ///< `map { map { … } … } …`: evaluated nodes, list items, 64-byte runs of text
    std::size_t string_bytes = 65'536;  ///< `"a" x 2000000000`; the longest text made
    std::size_t subject_bytes =
        65'536;                       ///< `/(\w+)\s(\w+)$/` on a megabyte; the longest text that a pattern is tried on
    std::size_t list_items = 10'000;  ///< `1..1000000000`
    std::uint32_t regex_match = 100'000;   ///< PCRE2's match limit: `/(a+)+$/` on forty letters
    std::size_t memory_bytes = 4'194'304;  ///< all values that one evaluation makes: `map { $big x 9 } 1..9000`
};

/// A pattern built during an evaluation, as in `$uid =~ $pattern`: its compilation is part of the evaluation's cost.
inline constexpr std::size_t kRuntimePatternBytes = 1'024;
/// What one such compilation costs in steps.
inline constexpr std::size_t kRuntimePatternSteps = 400;

}  // namespace sso::expr
