// The expression language: source text → checked syntax tree → immutable Program, run on an Environment. It is the
// subset of Perl that sites of LemonLDAP::NG use (reference: expressions.md), without side effects, bounded in cost.
// Knows no HTTP, no session and no answer: it sees variables.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/attributes.hpp"
#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace sso::expr {

/// What a program may ask of the world around it. Views live as long as the evaluation.
class Environment {
  public:
    virtual ~Environment() = default;
    /// `$name`: an attribute of the subject, or null when it is undefined.
    [[nodiscard]] virtual const AttributeValue* attribute(std::string_view name) const = 0;
    /// `$ENV{NAME}`, `$env->{NAME}`, `$ip` (REMOTE_ADDR), `$vhost` (HTTP_HOST): of the request, or nothing.
    [[nodiscard]] virtual std::optional<std::string_view> request(std::string_view name) const = 0;
    [[nodiscard]] virtual SysSeconds now() const = 0;
    /// `encrypt(text)` and `token(…)`.
    [[nodiscard]] virtual Result<std::string> encrypt(std::string_view clear) const = 0;
};

/// What the text is for: decides context (scalar or header text) and what is refused.
enum class Purpose { rule, header, macro, group };

/// All bounds of the language, and the input that needed them beside each in limits.cpp.
struct Limits {
    std::size_t source_bytes = 16'384;
    std::size_t nesting = 100;
    std::size_t steps = 100'000;
    std::size_t string_bytes = 65'536;
    std::size_t list_items = 10'000;
    std::uint32_t regex_match = 100'000;  ///< PCRE2's match limit
};

/// A mistake in a source text. `offset` counts bytes from its start; `code` is a class of the conformance suite's
/// page: "syntax", "assignment", "forbidden-operation", "unknown-function" …
struct Problem {
    enum class Severity { error, warning } severity = Severity::error;
    std::size_t offset = 0;
    std::string code;
    std::string message;  ///< says what was found and what would be right
};

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

/// One operand or step of an evaluation, for `explain`.
struct TraceStep {
    std::size_t offset = 0;  ///< where in the source
    std::string source;      ///< that piece of the source
    std::string value;       ///< what it gave, as text; "undef" when undefined
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

    /// Whether the value depends on the request ($ENV, $ip, $vhost, the time) or on the subject alone.
    [[nodiscard]] bool depends_on_request() const noexcept;
    /// The value, if it is the same for everybody.
    [[nodiscard]] std::optional<bool> constant() const noexcept;
    [[nodiscard]] const std::string& source() const noexcept;

  private:
    struct Code;
    explicit Program(std::shared_ptr<const Code> code) noexcept;
    std::shared_ptr<const Code> code_;
};

/// A compiled URL pattern of a rule: PCRE2, JIT, bounded.
class Pattern {
  public:
    static tl::expected<Pattern, Problem> compile(std::string_view source);
    Pattern(Pattern&&) noexcept;
    Pattern& operator=(Pattern&&) noexcept;
    ~Pattern();
    /// Unanchored search. `limit` when the match limit was hit or the subject is too long. Allocates nothing.
    [[nodiscard]] Result<bool> matches(std::string_view subject) const;
    [[nodiscard]] const std::string& source() const noexcept;

  private:
    struct Code;
    explicit Pattern(std::shared_ptr<const Code> code) noexcept;
    std::shared_ptr<const Code> code_;
};

}  // namespace sso::expr
