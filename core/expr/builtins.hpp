// Perl's builtins that work on single values. The table in function.cpp names them.
#pragma once

#include <span>

#include "core/expr/value.hpp"

namespace sso::expr {

class Machine;

namespace builtin {

Value lc(Machine& machine, std::span<const Value> arguments);
Value uc(Machine& machine, std::span<const Value> arguments);
Value lcfirst(Machine& machine, std::span<const Value> arguments);
Value ucfirst(Machine& machine, std::span<const Value> arguments);
Value length(Machine& machine, std::span<const Value> arguments);
Value substr(Machine& machine, std::span<const Value> arguments);
Value index(Machine& machine, std::span<const Value> arguments);
Value rindex(Machine& machine, std::span<const Value> arguments);
Value join(Machine& machine, std::span<const Value> arguments);
Value abs(Machine& machine, std::span<const Value> arguments);
Value integer(Machine& machine, std::span<const Value> arguments);
Value hex(Machine& machine, std::span<const Value> arguments);
Value oct(Machine& machine, std::span<const Value> arguments);
Value chr(Machine& machine, std::span<const Value> arguments);
Value ord(Machine& machine, std::span<const Value> arguments);
Value quotemeta(Machine& machine, std::span<const Value> arguments);
Value ref(Machine& machine, std::span<const Value> arguments);

}  // namespace builtin
}  // namespace sso::expr
