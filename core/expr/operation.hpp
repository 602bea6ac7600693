// What a node of the syntax tree, and an instruction of the program made from it, does.
#pragma once

#include <cstdint>

namespace sso::expr {

enum class Op : std::uint8_t {
    // values; `text` is the name, `number` the group
    constant,
    variable,        ///< $name
    request,         ///< $ENV{NAME}; the name is a child when it is not a constant
    topic,           ///< $_
    capture,         ///< $1
    capture_named,   ///< $+{name}
    capture_whole,   ///< $&
    capture_before,  ///< $`
    capture_after,   ///< $'
    capture_last,    ///< $+
    capture_start,   ///< $-[n]
    capture_end,     ///< $+[n]
    // structure
    list,              ///< (a, b)
    join,              ///< "…$a…": the children's texts, one after the other
    item,              ///< a->[i]
    member,            ///< a->{k}
    array_of,          ///< @{a}
    hash_of,           ///< %{a}
    last_index,        ///< $#{a}
    make_array,        ///< [a, b]
    make_hash,         ///< {a => b}
    slice,             ///< (a, b)[i, j]
    array_slice,       ///< @{a}[i, j]
    hash_slice,        ///< @{a}{k, l}
    scalar_reference,  ///< \a
    sequence,          ///< do { a; b }
    // operators
    logical_not,
    negate,
    bit_not,
    power,
    multiply,
    divide,
    modulo,
    add,
    subtract,
    concat,
    repeat,
    repeat_list,
    shift_left,
    shift_right,
    less,
    greater,
    less_equal,
    greater_equal,
    equal,
    not_equal,
    compare,
    text_less,
    text_greater,
    text_less_equal,
    text_greater_equal,
    text_equal,
    text_not_equal,
    text_compare,
    bit_and,
    bit_or,
    bit_xor,
    logical_and,  ///< n operands
    logical_or,   ///< n operands
    defined_or,   ///< n operands
    logical_xor,
    choose,  ///< a ? b : c
    range,
    count_of,  ///< () = list: how many items
    // patterns: child 0 is the subject (absent: $_), child 1 the pattern unless it is constant
    match,
    substitute,     ///< s///r; the last child is the replacement
    transliterate,  ///< tr///
    // calls
    call,  ///< a builtin or extended function
    split,
    map,
    grep,
    reverse,
    keys,
    values,
    sprintf,
    defined,
    exists,
    scalar,
    local_time,
    gm_time,
    want_array,
    die,
};

/// Whether an operation's value is one scalar in any context.
constexpr bool is_plain(Op op) noexcept {
    switch (op) {
        case Op::list:
        case Op::array_of:
        case Op::hash_of:
        case Op::slice:
        case Op::array_slice:
        case Op::hash_slice:
        case Op::sequence:
        case Op::repeat_list:
        case Op::logical_and:
        case Op::logical_or:
        case Op::defined_or:
        case Op::choose:
        case Op::range:
        case Op::match:
        case Op::split:
        case Op::map:
        case Op::grep:
        case Op::reverse:
        case Op::keys:
        case Op::values:
        case Op::local_time:
        case Op::gm_time:
        case Op::want_array:
        case Op::call:
            return false;
        default:
            return true;
    }
}

}  // namespace sso::expr
