// Which of many patterns is the first that matches a path, at a cost that hardly depends on how many there are. The
// answer is that of trying one after the other; a pattern whose texts are not in the path is not run. Inside
// core/rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/expr/program.hpp"
#include "core/rules/literal_automaton.hpp"

namespace sso::rules {

using PatternPointer = std::shared_ptr<const expr::Pattern>;

struct FirstMatch {
    static constexpr std::size_t kNone = ~std::size_t{0};
    std::size_t rule = kNone;    ///< the first whose pattern matches
    std::optional<Error> error;  ///< whether `rule` matches could not be found out; those before it do not
};

/// The patterns of a list of rules, in their order. Immutable, safe from any thread.
class RuleIndex {
  public:
    RuleIndex() = default;
    explicit RuleIndex(std::vector<PatternPointer> patterns);

    /// Allocates nothing. Too great an effort is an error only of a pattern whose texts are in the path.
    /// @param is_one_line  the path is known to hold no line feed
    [[nodiscard]] FirstMatch find_first(std::string_view path, bool is_one_line = false) const;
    /// The same, where texts alone say it of a list of few rules: which matches first, or kNone; else kUnsure. What
    /// most lists are made of, at less cost. @pre the path holds no line feed
    [[nodiscard]] std::size_t find_by_texts(std::string_view path) const noexcept;
    static constexpr std::size_t kUnsure = FirstMatch::kNone - 1;
    /// The same by trying each pattern before `end`: what the answer means.
    [[nodiscard]] FirstMatch try_each(std::string_view path, std::size_t end = FirstMatch::kNone) const;

  private:
    struct Path;
    /// A text that must be in the path for a rule's pattern to match.
    struct Literal {
        std::string text;  ///< in lower case with `ignore_case`
        std::uint32_t rule;
        bool at_start, at_end, ignore_case;
        bool suffices;           ///< where it stands, the pattern matches
        bool needs_look = true;  ///< comparing words does not say that it stands

        /// At an end of the path, eight bytes are compared at once. Letters are in lower case after an OR with `lower`.
        std::uint64_t value = 0, mask = 0, lower = 0;
        void compare_words();
        [[nodiscard]] bool may_stand(const Path& path) const noexcept;
    };
    class Candidates;

    void take_literals();
    [[nodiscard]] FirstMatch find_among_few(std::string_view path) const;
    [[nodiscard]] FirstMatch find_among_many(std::string_view path) const;
    /// @pre literal.may_stand(path)
    static bool stands(const Literal& literal, const Path& path) noexcept;

    std::vector<PatternPointer> patterns_;
    std::size_t longest_ = FirstMatch::kNone;   ///< path that every pattern may be tried on
    std::vector<Literal> literals_;             ///< by rule
    std::vector<std::uint32_t> first_literal_;  ///< of each rule in `literals_`, and the end; rules without are run
    std::size_t unconditional_ =
        FirstMatch::kNone;                       ///< the first rule that matches every path; those behind it never do
    std::optional<LiteralAutomaton> automaton_;  ///< of many
    std::vector<std::uint32_t> always_;          ///< of many: rules without a literal
    bool has_texts_of_all_ = false;              ///< of few: each rule has a literal
};

}  // namespace sso::rules
