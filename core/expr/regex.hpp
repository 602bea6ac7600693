// One regular expression: Perl's syntax, PCRE2's machine, bytes, bounded effort. The only file beside its source that
// knows PCRE2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

struct pcre2_real_match_data_8;

namespace sso::expr {

struct RegexFlags {
    bool ignore_case = false;    ///< i
    bool multi_line = false;     ///< m
    bool dot_all = false;        ///< s
    bool extended = false;       ///< x
    bool extended_more = false;  ///< xx
    bool no_capture = false;     ///< n
};

/// What is wrong with a pattern. `offset` counts from its start.
struct RegexProblem {
    std::size_t offset = 0;
    std::string code;  ///< "syntax", "forbidden-operation", "too-large"
    std::string message;
};

enum class SearchOutcome { found, not_found, limit };

/// Start and end of a group in the subject; both `kUnset` when it took no part.
struct Span {
    std::size_t start;
    std::size_t end;
};
inline constexpr std::size_t kUnset = ~std::size_t{0};

/// Immutable, callable from several threads at once.
class Regex {
  public:
    enum class Jit { yes, no };

    static tl::expected<Regex, RegexProblem> compile(std::string_view pattern, const RegexFlags& flags,
                                                     std::uint32_t match_limit, Jit jit);
    Regex(Regex&&) noexcept;
    Regex& operator=(Regex&&) noexcept;
    ~Regex();

    /// Unanchored search from `start`. Fills at most `count` spans, the whole match first. Does not allocate unless
    /// the pattern needs more than the machine stack (32 kB) that JIT code has.
    /// @param not_empty_at_start  refuse an empty match at `start` (to go on after an empty match)
    SearchOutcome search(std::string_view subject, std::size_t start, bool not_empty_at_start, Span* spans,
                         std::size_t count) const noexcept;
    /// Whether the pattern is found anywhere: what most conditions ask, and cheaper than a search that tells where.
    SearchOutcome find(std::string_view subject) const noexcept;

    /// Number of capturing groups.
    [[nodiscard]] std::uint32_t groups() const noexcept { return groups_; }
    /// The number of the group `name`, or 0.
    [[nodiscard]] std::uint32_t group_number(std::string_view name) const noexcept;
    [[nodiscard]] const std::string& pattern() const noexcept { return pattern_; }

  private:
    struct Handles;
    Regex(std::string pattern, std::unique_ptr<const Handles> handles, std::uint32_t groups) noexcept;
    int run(std::string_view subject, std::size_t start, std::uint32_t options, pcre2_real_match_data_8* data,
            bool jit) const noexcept;
    std::string pattern_;
    std::string word_;  ///< of the pattern `\bword\b`, else empty
    std::unique_ptr<const Handles> handles_;
    std::uint32_t groups_;
};

/// Gives the system back what compiled patterns that are gone have left: PCRE2 keeps their machine code's pages for
/// those that come, and no other part of the heap's upkeep reaches them. Callable at any time, from any thread.
void give_back_unused_code() noexcept;

}  // namespace sso::expr
