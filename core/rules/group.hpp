// A group's definition in the three forms of LemonLDAP::NG 0.9 and the one of 2.x (reference: expressions.md §7):
// `{ expression }`, an LDAP filter (RFC 4515), a filter with `{ expression }` among its operands, or an expression.
// For core/rules, and for who shows what a definition gives.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.hpp"
#include "core/expr/program.hpp"

namespace sso::rules {

/// Compiles an expression that begins at `offset` of the definition. Null: it has mistakes. `quietly`: they are not to
/// be reported, since another reading of the text is still to be tried.
enum class Reporting { quietly, aloud };
using ExpressionCompiler =
    std::function<std::unique_ptr<expr::Program>(std::string_view expression, std::size_t offset, Reporting)>;

/// One node of a definition.
struct GroupNode {
    enum class Kind { all, any, none_of, item, expression } kind = Kind::expression;
    std::vector<GroupNode> operands;         ///< of all, any and none_of (one)
    std::string item;                        ///< `uid=xavier.guimard`, without parentheses
    std::unique_ptr<expr::Program> program;  ///< of an expression
};

/// What folding the expressions of a definition left: an answer, or a filter for the directory.
using Folded = std::variant<bool, std::string>;

class Group {
  public:
    /// @return nothing when `compile` reported a mistake, or with `problem` filled in
    static std::unique_ptr<Group> parse(std::string_view definition, const ExpressionCompiler& compile,
                                        expr::Problem& problem);

    /// Evaluates the expressions. @return the first failure of one of them: then nothing is known of the group
    [[nodiscard]] Result<Folded> fold(const expr::Environment& environment) const;
    /// Whether some part is for the directory.
    [[nodiscard]] bool has_filter() const noexcept;

  private:
    explicit Group(GroupNode root) : root_(std::move(root)) {}
    GroupNode root_;
};

}  // namespace sso::rules
