// The expression language evaluated the slow and obvious way: straight down the syntax tree, with values that are
// copied, no compiler, no machine, no shortcuts. Beside it stands what it shares with the real thing: the parser, and
// PCRE2 behind expr::Regex (interpreted, where the machine uses compiled code).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/expr/environment.hpp"
#include "core/expr/syntax.hpp"
#include "tests/reference/tree_value.hpp"

namespace sso::reference {

class TreeEvaluator {
  public:
    explicit TreeEvaluator(const expr::AttributeEnvironment& environment) : environment_(environment) {}

    /// @throws Failure, BeyondReach
    Value scalar(const expr::Node& node);
    std::vector<Value> list(const expr::Node& node);

  private:
    using Node = expr::Node;
    using List = std::vector<Value>;

    Value operand(const Node& node, std::size_t i) { return scalar(*node.children.at(i)); }
    std::string text(const Node& node, std::size_t i) { return text_of(operand(node, i)); }
    Value operation(const Node& node);
    Value arithmetic(expr::Op op, double a, double b);
    Value bitwise(expr::Op op, const Value& a, const Value& b);
    bool compare(expr::Op op, const Value& a, const Value& b);
    Value negate(const Value& value);
    Value element(const Node& node);
    Value call(const Node& node);
    Value join(const Node& node);
    Value sprintf(const Node& node);
    Value reverse_text(const Node& node);

    // patterns
    struct Match {
        std::string subject;
        std::vector<expr::Span> spans;
    };
    expr::Regex regex(const Node& node);
    std::string subject(const Node& node);
    bool search(const expr::Regex& regex, const std::string& subject, std::size_t start, bool not_empty, Match& match);
    bool matches(const Node& node);
    List match_list(const Node& node);
    Value group(const Match& match, std::size_t number) const;
    Value substitute(const Node& node);
    Value transliterate(const Node& node);
    List split(const Node& node);

    List items_of(const Value& reference);
    List range(const Node& node);
    List slice(const Node& node);
    List map_or_grep(const Node& node);
    List keys_or_values(const Node& node);

    const expr::AttributeEnvironment& environment_;
    Value topic_;
    std::optional<Match> last_match_;
};

}  // namespace sso::reference
