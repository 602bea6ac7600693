// One step of an evaluation, for explanations.
#pragma once

#include <cstddef>
#include <string>

namespace sso::expr {

struct TraceStep {
    std::size_t offset = 0;  ///< where in the source
    std::string source;      ///< that piece of the source
    std::string value;       ///< what it gave, as text; "undef" when undefined
};

}  // namespace sso::expr
