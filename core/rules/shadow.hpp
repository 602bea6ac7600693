// Whether a rule's pattern leaves a later rule nothing to do. Inside core/rules.
#pragma once

#include <string_view>

namespace sso::rules {

/// Whether every path that `later` matches is matched by `earlier`, as far as their texts show it. True is sure; false
/// means: not seen. Knows equal patterns, patterns that match every path, and patterns that are a plain text, with or
/// without `^` before and `.*` behind it.
bool covers(std::string_view earlier, std::string_view later);

/// Whether every path is matched: a path begins with "/" and holds no line break.
bool matches_every_path(std::string_view pattern) noexcept;

}  // namespace sso::rules
