// The table of callable names: Perl's builtins and LemonLDAP::NG's extended functions (reference: expressions.md §4,
// §5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/expr/operation.hpp"
#include "core/expr/value.hpp"

namespace sso::expr {

class Machine;

/// How a name takes its arguments.
enum class Form : std::uint8_t {
    unary,     ///< lc $a: one argument that binds tighter than a comparison; $_ when absent and `topic`
    listing,   ///< join $a, $b: all that follows
    block,     ///< map { … } list, map expression, list
    extended,  ///< listing, and the name alone is a word where LLNG has it so
};

using Implementation = Value (*)(Machine&, std::span<const Value>);

struct Function {
    std::string_view name;
    Form form;
    Op op;  ///< Op::call, or the operation of its own
    std::uint8_t least;
    std::uint8_t most;      ///< 255: any number
    bool topic;             ///< works on $_ when called without an argument
    bool scalar_arguments;  ///< each argument gives one value, as Perl's prototypes have it
    bool of_request;        ///< the value depends on the time, or is different at each call
    Implementation run;
};

const Function* find_function(std::string_view name) noexcept;
/// All names, for "did you mean".
std::vector<std::string_view> function_names();

/// A name that Perl knows and this language refuses: it reaches the system, changes values or wastes time.
bool is_forbidden_name(std::string_view name) noexcept;

}  // namespace sso::expr
