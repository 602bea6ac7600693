// A mistake in a source text, as the compiler tells it.
#pragma once

#include <cstddef>
#include <string>

namespace sso::expr {

/// `offset` counts bytes from the text's start; `code` is a class of the conformance suite's page: "syntax",
/// "assignment", "forbidden-operation", "unknown-function" …
struct Problem {
    enum class Severity { error, warning } severity = Severity::error;
    std::size_t offset = 0;
    std::string code;
    std::string message;  ///< says what was found and what would be right
};

}  // namespace sso::expr
