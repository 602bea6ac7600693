// The syntax tree: what the parser makes of a source text, and the compiler turns into a program.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/expr/operation.hpp"
#include "core/expr/regex.hpp"
#include "core/expr/value.hpp"

namespace sso::expr {

struct Function;

struct Node;
using NodePtr = std::shared_ptr<Node>;  // shared: `a < b < c` has b twice

struct PatternOptions {
    RegexFlags flags;
    bool global = false;     ///< g
    bool negated = false;    ///< !~
    bool returns = false;    ///< r
    bool separator = false;  ///< the ' ' of split: any blanks, leading ones skipped
};

struct TransliterationOptions {
    bool complement = false;  ///< c
    bool remove = false;      ///< d
    bool squeeze = false;     ///< s
    bool returns = false;     ///< r
    std::string from;         ///< ranges written out
    std::string to;
};

struct Node {
    Op op = Op::constant;
    std::size_t offset = 0;  ///< of its first byte in the source
    std::size_t length = 0;
    std::size_t height = 1;
    std::vector<NodePtr> children;
    std::string text;  ///< a name; the constant's text; the pattern, when it is constant
    Value number;      ///< the constant, when it is a number or undefined
    bool is_text = false;
    bool is_skip = false;  ///< the word `skip`
    bool parenthesised = false;
    bool constant_pattern = false;
    bool assigns = false;  ///< of `||=` and its kin
    PatternOptions pattern;
    std::size_t pattern_offset = 0;  ///< of the pattern's body
    std::unique_ptr<TransliterationOptions> transliteration;
    const Function* function = nullptr;
};

}  // namespace sso::expr
