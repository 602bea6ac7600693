// What a pattern can only match where some text stands: read from its source, without running it. For whoever must
// find, among many patterns, the few that can match.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sso::expr {

/// A text within a subject.
struct PatternLiteral {
    std::string text;  ///< in lower case with `ignore_case`
    bool at_start = false;
    bool at_end = false;
    bool ignore_case = false;  ///< ASCII letters of either case
};

/// Holds for subjects without a line feed, which `$` and `.` treat apart.
struct PatternLiterals {
    /// Of each group at least one text stands in whatever the pattern matches; the most telling group first. None:
    /// nothing is known. Texts are not empty, except with `exact`, where the empty text is found everywhere.
    std::vector<std::vector<PatternLiteral>> required;
    /// The pattern matches where, and only where, a text of the one group stands.
    bool exact = false;
};

/// @param pattern  Perl's spelling, no flags; one that does not compile has no meaning here, and does no harm
PatternLiterals find_literals(std::string_view pattern);

}  // namespace sso::expr
