// Operators of other languages, for the parser: what who writes one is to write instead.
#pragma once

#include <cstddef>
#include <string_view>

namespace sso::expr {

/// What to write instead of an operator of another language, `===` or `contains`; empty when it is none that is known.
std::string_view foreign_operator(std::string_view word) noexcept;

/// The operator of signs that stands at `at` or ends there, its last sign being the one that does not fit; or empty.
std::string_view foreign_signs(std::string_view source, std::size_t at) noexcept;

}  // namespace sso::expr
