// From syntax tree to program: names checked, patterns compiled, constants folded.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/expr/code.hpp"
#include "core/expr/problem.hpp"
#include "core/expr/program.hpp"
#include "core/expr/syntax.hpp"

namespace sso::expr {

class Compiler {
  public:
    Compiler(Code& code, const CompileOptions& options, std::vector<Problem>& problems) noexcept
        : code_(code), options_(options), problems_(problems) {}

    /// Fills the code. False, with an error among the problems, when the tree cannot be a program.
    bool run(const Node& root);

  private:
    Index emit(const Node& node);
    Index emit_parts(const Node& node);
    Index add(Instruction instruction, const std::vector<Index>& operands);
    [[nodiscard]] std::optional<AttributeTest> attribute_test(const Instruction& in,
                                                              const std::vector<Index>& operands) const;
    const AttributeTests* attribute_tests(const Instruction& in, const std::vector<Index>& operands);
    [[nodiscard]] std::vector<TextPart> text_parts() const;
    void fold(Index at, std::size_t instructions, std::size_t operands);
    std::string_view keep(std::string text);
    const Regex* compile_pattern(const std::string& pattern, const RegexFlags& flags, std::size_t offset);
    void emit_split(const Node& node, Instruction& in, std::vector<Index>& operands);
    void emit_match(const Node& node, Instruction& in, std::vector<Index>& operands);
    void check_variable(const Node& node);
    void check_numbers(const Node& node, const std::vector<Index>& operands);
    void check_conditions(const Node& node);
    void warn_of_constant(const Node& root);
    [[nodiscard]] bool is_pure(const Node& node) const;
    static std::optional<bool> known_truth(const Node& node);
    void error(std::size_t offset, std::string code, std::string message);
    void warning(std::size_t offset, std::string code, std::string message);

    Code& code_;
    const CompileOptions& options_;
    std::vector<Problem>& problems_;
    bool failed_ = false;
};

}  // namespace sso::expr
