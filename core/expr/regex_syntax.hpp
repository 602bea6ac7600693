// From Perl's spelling of a pattern to PCRE2's, where they differ; and the refusal of what only Perl can run.
#pragma once

#include <string>
#include <string_view>

#include "core/expr/regex.hpp"

namespace sso::expr {

tl::expected<std::string, RegexProblem> translate_pattern(std::string_view pattern);

}  // namespace sso::expr
