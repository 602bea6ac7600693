// LemonLDAP::NG's extended functions (reference: expressions.md §5). The table in function.cpp names them.
#pragma once

#include <span>

#include "core/expr/value.hpp"

namespace sso::expr {

class Machine;

namespace extended {

Value basic(Machine& machine, std::span<const Value> arguments);
Value check_date(Machine& machine, std::span<const Value> arguments);
Value check_logon_hours(Machine& machine, std::span<const Value> arguments);
Value date(Machine& machine, std::span<const Value> arguments);
Value date_to_time(Machine& machine, std::span<const Value> arguments);
Value encode_base64(Machine& machine, std::span<const Value> arguments);
Value encrypt(Machine& machine, std::span<const Value> arguments);
Value group_match(Machine& machine, std::span<const Value> arguments);
Value has_second_factor(Machine& machine, std::span<const Value> arguments);
Value in_group(Machine& machine, std::span<const Value> arguments);
Value is_in_net6(Machine& machine, std::span<const Value> arguments);
Value iso2unicode(Machine& machine, std::span<const Value> arguments);
Value list_match(Machine& machine, std::span<const Value> arguments);
Value token(Machine& machine, std::span<const Value> arguments);
Value unicode2iso(Machine& machine, std::span<const Value> arguments);
Value unicode2iso_safe(Machine& machine, std::span<const Value> arguments);
Value var_is_in_uri(Machine& machine, std::span<const Value> arguments);

}  // namespace extended
}  // namespace sso::expr
