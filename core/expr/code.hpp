// The immutable program: instructions with their operands resolved, constants folded and patterns compiled. Made by
// the compiler, run by the machine.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/expr/environment.hpp"
#include "core/expr/function.hpp"
#include "core/expr/limits.hpp"
#include "core/expr/operation.hpp"
#include "core/expr/regex.hpp"
#include "core/expr/syntax.hpp"
#include "core/expr/value.hpp"

namespace sso::expr {

using Index = std::uint32_t;

/// `$name eq 'text'`, `$name ne 'text'`, `$name =~ /pattern/` and `$name !~ /pattern/` with everything they need in one
/// place: what most rules are made of. The instruction that it belongs to means the same.
struct AttributeTest {
    std::string_view name;
    std::string_view text;         ///< what the attribute is to be
    const Regex* regex = nullptr;  ///< what is to be found in it, or null
    bool negated = false;
};

/// One such test, or a chain of them joined by `or` or by `and`.
struct AttributeTests {
    std::vector<AttributeTest> tests;
    bool any = false;  ///< one that holds is enough; else all must
};

/// A piece of a text: a constant's, or an attribute's or a request variable's by its name.
struct TextPart {
    Op op;
    std::string_view text;
    const RequestName* request;
};

struct Instruction {
    Op op = Op::constant;
    bool implicit_subject = false;  ///< a pattern that is tried on $_
    PatternOptions pattern;
    Index first = 0;  ///< of its operands in Code::operands
    Index count = 0;
    Value constant;                        ///< the value, the group's number
    std::string_view text;                 ///< the name
    const RequestName* request = nullptr;  ///< the name, unless it is an operand
    const Function* function = nullptr;
    const Regex* regex = nullptr;  ///< null when the pattern is an operand
    const TransliterationOptions* transliteration = nullptr;
    const AttributeTests* tests = nullptr;  ///< the short way to the same truth, where there is one
    Index offset = 0;
    Index length = 0;
};

/// Containers whose elements are referred to do not move them.
struct Code {
    std::string source;
    Limits limits;
    std::vector<Instruction> instructions;
    std::vector<Index> operands;
    std::deque<std::string> texts;
    std::deque<RequestName> request_names;
    std::deque<Regex> regexes;
    std::deque<TransliterationOptions> transliterations;
    std::deque<AttributeTests> tests;
    /// The short way to the text of a header: its only part, or several; neither: there is no short way.
    std::optional<TextPart> only_part;
    std::vector<TextPart> parts;
    std::size_t longest_short = 0;  ///< that goes the short way
    Index root = 0;
    bool list_context = false;   ///< a header's: its first value counts
    bool uses_captures = false;  ///< else a search need not remember its groups
    bool of_request = false;
    bool may_skip = false;  ///< the word `skip` stands in it
    std::optional<bool> constant;
};

}  // namespace sso::expr
