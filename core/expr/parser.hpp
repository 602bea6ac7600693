// From source text to syntax tree: precedence climbing over Perl's table of operators. Reports what is wrong with the
// place; what only a name or a number of arguments tells is reported too, and parsing goes on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/expr/function.hpp"
#include "core/expr/limits.hpp"
#include "core/expr/problem.hpp"
#include "core/expr/scanner.hpp"
#include "core/expr/syntax.hpp"

namespace sso::expr {

class Parser {
  public:
    Parser(std::string_view source, const Limits& limits, std::vector<Problem>& problems) noexcept
        : in_(source), limits_(limits), problems_(problems) {}

    /// The whole text as one expression, or null with an error among the problems.
    NodePtr parse();

  private:
    /// Perl's levels; a higher one binds tighter.
    enum Level : int {
        kRange = 7,
        kOr,
        kAnd,
        kBitOr,
        kBitAnd,
        kEquality,
        kRelation,
        kNamedUnary,
        kShift,
        kSum,
        kProduct,
        kBinding,
        kUnary,
    };
    struct Operator {
        Op op = Op::constant;
        int level = 0;
        std::size_t length = 0;
        bool negated = false;     ///< !~
        bool assignment = false;  ///< +=, ||= …
        bool binding = false;     ///< =~ and !~
        bool unknown = false;     ///< <=> and the like stand here as operators; this one does not
    };
    class Nesting;
    enum class Quote { text, pattern, replacement };

    // parser.cpp: statements and operators
    NodePtr low();
    NodePtr low_and();
    NodePtr low_not();
    NodePtr commas();
    NodePtr assignment();
    NodePtr conditional();
    NodePtr binary(int level);
    NodePtr unary();
    NodePtr power();
    NodePtr sequence(char end);
    Operator peek_operator();
    NodePtr combine(const Operator& op, std::size_t start, NodePtr left, NodePtr right);
    NodePtr refuse_assignment(const NodePtr& target, std::size_t offset, std::string_view op);
    bool nothing_follows(const NodePtr& node);

    // terms.cpp: variables, subscripts, parentheses
    NodePtr postfix();
    NodePtr term();
    NodePtr variable(bool in_text);
    NodePtr braced_variable(std::size_t start);
    NodePtr special_variable(std::size_t start);
    NodePtr dereferenced(char sigil);
    NodePtr block_expression();
    NodePtr subscripts(NodePtr base, bool in_text);
    NodePtr subscript(NodePtr base, Op op);
    NodePtr key();
    NodePtr method_call(const NodePtr& base);
    NodePtr parentheses();
    NodePtr slice_of(NodePtr list);
    NodePtr collection(char open, Op op);

    // words.cpp: names, calls, quote-like operators
    NodePtr word();
    NodePtr quote_like(std::string_view name, std::size_t start);
    NodePtr call(const Function& function, std::size_t start);
    NodePtr unary_call(NodePtr node);
    NodePtr block_call(NodePtr node);
    bool arguments(NodePtr& node, bool parenthesised);
    bool check_arguments(const Node& node);
    NodePtr unknown_word(std::string_view name, std::size_t start);
    NodePtr ampersand_call();
    bool starts_term();
    bool quote_follows(std::size_t name_length);

    // quotes.cpp: what stands between delimiters
    NodePtr quoted_text(const Quoted& quoted, std::size_t start);
    NodePtr literal_text(const Quoted& quoted, std::size_t start);
    NodePtr words(const Quoted& quoted, std::size_t start);
    NodePtr pattern(std::size_t start, bool quoted_regex);
    NodePtr substitution(std::size_t start);
    NodePtr transliteration(std::size_t start);
    bool pattern_flags(PatternOptions& options, std::string_view allowed);
    bool set_pattern(Node& node, const Quoted& quoted);

    // interpolation.cpp: "…$a…"
    class Interpolation;
    NodePtr interpolate(const Quoted& quoted, Quote kind, std::size_t start);

    // for all
    bool blanks();
    bool expect(char c, std::string_view what);
    NodePtr fail(std::size_t offset, std::string code, std::string message);
    void remark(std::size_t offset, Problem::Severity severity, std::string code, std::string message);
    NodePtr make(Op op, std::size_t start, std::vector<NodePtr> children = {});
    NodePtr text_node(std::string text, std::size_t start);
    NodePtr finish(NodePtr node);
    NodePtr unexpected();

    Scanner in_;
    const Limits& limits_;
    std::vector<Problem>& problems_;
    std::size_t depth_ = 0;
    bool failed_ = false;
};

}  // namespace sso::expr
