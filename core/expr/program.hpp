// The expression language: source text → checked syntax tree → immutable Program, run on an Environment. It is the
// subset of Perl that sites of LemonLDAP::NG use (reference: expressions.md), without side effects, bounded in cost.
// Knows no HTTP, no session and no answer: it sees variables.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/expr/environment.hpp"
#include "core/expr/limits.hpp"
#include "core/expr/problem.hpp"
#include "core/expr/trace.hpp"

namespace sso::expr {

/// What the text is for: decides context (scalar or header text) and what is refused.
enum class Purpose { rule, header, macro, group };

/// A value as evaluation gives it. Text views into the program, the environment or the evaluation's own memory.
struct Outcome {
    bool truth = false;
    bool undefined = false;
    std::string text;  ///< the value as a string; empty when undefined
};

struct CompileOptions {
    Purpose purpose = Purpose::rule;
    Limits limits;
    /// Names that attributes can have; when given, another name is a warning with the nearest one.
    const std::vector<std::string>* known_attributes = nullptr;
};

struct Code;

/// Room for a text that `Program::render` puts together. It serves for one after the other.
struct TextRoom {
    static constexpr std::size_t kShort = 512;
    TextRoom() noexcept {}  // NOLINT: what is short is written before it is read
    std::array<char, kShort> for_short;
    std::string for_others;
};

/// A compiled expression. Immutable, safe from any thread.
class Program {
  public:
    /// @return every problem found; a Program comes only without an error among them (warnings go to `warnings`)
    static tl::expected<Program, std::vector<Problem>> compile(std::string_view source, const CompileOptions& options,
                                                               std::vector<Problem>* warnings = nullptr);
    Program(Program&&) noexcept;
    Program& operator=(Program&&) noexcept;
    ~Program();

    /// Whether the value is Perl's true. No heap allocation for what the seed's rules use.
    /// @return `limit` when a bound was hit, `invalid` on a runtime error: the caller denies or sends nothing, and logs
    [[nodiscard]] Result<bool> test(const Environment& environment) const;
    [[nodiscard]] Result<Outcome> evaluate(const Environment& environment,
                                           std::vector<TraceStep>* trace = nullptr) const;

    /// What `render` gives, at less cost; data() is null where it takes `render`. Most headers are such texts.
    [[nodiscard]] std::string_view render_short(const Environment& environment, TextRoom& room) const;
    /// The value's text, as `evaluate` would give it, empty where it is undefined. It lives as long as the program, the
    /// environment and `room`, until that serves again. No heap allocation for texts with variables in them.
    [[nodiscard]] Result<std::string_view> render(const Environment& environment, TextRoom& room) const;

    /// Whether the value depends on the request ($ENV, $ip, $vhost, the time) or on the subject alone.
    [[nodiscard]] bool depends_on_request() const noexcept;
    /// The value, if it is the same for everybody.
    [[nodiscard]] std::optional<bool> constant() const noexcept;
    /// Whether the word `skip` stands in it: its value can be "999_SKIP", which tells the handler to stand aside.
    [[nodiscard]] bool may_skip() const noexcept;
    [[nodiscard]] const std::string& source() const noexcept;

  private:
    explicit Program(std::shared_ptr<const Code> code) noexcept;
    std::shared_ptr<const Code> code_;
};

/// A compiled URL pattern of a rule: PCRE2, JIT, bounded.
class Pattern {
  public:
    static tl::expected<Pattern, Problem> compile(std::string_view source, const Limits& limits = {});
    Pattern(Pattern&&) noexcept;
    Pattern& operator=(Pattern&&) noexcept;
    ~Pattern();
    /// Unanchored search. `limit` when the match limit was hit or the subject is too long. Allocates nothing.
    [[nodiscard]] Result<bool> matches(std::string_view subject) const;
    [[nodiscard]] std::size_t longest_subject() const noexcept;
    [[nodiscard]] const std::string& source() const noexcept;

  private:
    struct Code;
    explicit Pattern(std::shared_ptr<const Code> code) noexcept;
    std::shared_ptr<const Code> code_;
};

}  // namespace sso::expr
