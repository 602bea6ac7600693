// Perl's sprintf.
#pragma once

#include <span>

#include "core/expr/value.hpp"

namespace sso::expr {

class Machine;

/// The first argument is the format. What is no valid conversion stays as it is written, as in Perl.
Value format(Machine& machine, std::span<const Value> arguments);

}  // namespace sso::expr
