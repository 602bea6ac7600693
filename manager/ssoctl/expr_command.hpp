// `ssoctl expr eval`: one expression, or a file of cases, evaluated as the handler and the portal do.
#pragma once

#include <iosfwd>
#include <span>
#include <string_view>

namespace sso::ssoctl {

/// @param args  what follows `ssoctl expr`, beginning with "eval"
/// @return the program's exit status: 0 evaluated, 1 evaluation failed, 2 wrong usage or an expression with mistakes,
///         3 a file that cannot be read
int run_expr_command(std::span<const std::string_view> args, std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace sso::ssoctl
