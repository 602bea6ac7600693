#include "core/expr/regex.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/expr/regex_syntax.hpp"

namespace sso::expr {
namespace {

constexpr std::size_t kLongestPattern = 32'768;  // `/[a-za-za-z…]/` written thirty thousand times
constexpr std::uint32_t kDeepestPattern = 100;   // parentheses within parentheses: PCRE2's compiler recurses
constexpr std::uint32_t kHeapKibibytes = 1'024;  // what the interpreter may take when JIT's stack does not suffice
constexpr std::size_t kSpansAtOnce = 32;

template <auto Free>
struct Release {
    template <class T>
    void operator()(T* handle) const noexcept {
        Free(handle);
    }
};
using CodeHandle = std::unique_ptr<pcre2_code, Release<pcre2_code_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Release<pcre2_match_context_free>>;
using CompileContext = std::unique_ptr<pcre2_compile_context, Release<pcre2_compile_context_free>>;

/// Where one search's match data lives: in a buffer on the stack, so that searching neither allocates nor needs a
/// thread-local object, whose destructor would outlive the module when httpd unloads it.
struct StackMemory {
    alignas(16) std::array<char, 1024> room;  // not zeroed: one search uses a tenth of it
    std::size_t used;
    bool on_heap;  ///< something did not fit
};

void* take(PCRE2_SIZE size, void* memory) {
    auto* stack = static_cast<StackMemory*>(memory);
    const std::size_t rounded = (size + 15) / 16 * 16;
    if (rounded <= stack->room.size() - stack->used) {
        void* result = stack->room.data() + stack->used;
        stack->used += rounded;
        return result;
    }
    stack->on_heap = true;
    return std::malloc(size);  // NOLINT: PCRE2's protocol
}

void give_back(void* block, void* memory) {
    auto* stack = static_cast<StackMemory*>(memory);
    const auto* at = static_cast<char*>(block);
    const bool ours = at >= stack->room.data() && at < stack->room.data() + stack->room.size();
    if (!ours) std::free(block);  // NOLINT: PCRE2's protocol
}

std::string message_of(int error) {
    std::array<PCRE2_UCHAR, 160> text{};
    if (pcre2_get_error_message(error, text.data(), text.size()) < 0) return "the pattern cannot be compiled";
    return reinterpret_cast<const char*>(text.data());  // NOLINT: PCRE2's unsigned characters
}

std::uint32_t options_of(const RegexFlags& flags) noexcept {
    std::uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C;
    if (flags.ignore_case) options |= PCRE2_CASELESS;
    if (flags.multi_line) options |= PCRE2_MULTILINE;
    if (flags.dot_all) options |= PCRE2_DOTALL;
    if (flags.extended) options |= PCRE2_EXTENDED;
    if (flags.extended_more) options |= PCRE2_EXTENDED_MORE;
    if (flags.no_capture) options |= PCRE2_NO_AUTO_CAPTURE;
    return options;
}

PCRE2_SPTR bytes(std::string_view text) noexcept {
    return reinterpret_cast<PCRE2_SPTR>(text.data());  // NOLINT: PCRE2's unsigned characters
}

}  // namespace

struct Regex::Handles {
    CodeHandle code;
    MatchContext context;
    bool jit = false;
};

Regex::Regex(std::string pattern, std::unique_ptr<const Handles> handles, std::uint32_t groups) noexcept
    : pattern_(std::move(pattern)), handles_(std::move(handles)), groups_(groups) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

tl::expected<Regex, RegexProblem> Regex::compile(std::string_view pattern, const RegexFlags& flags,
                                                 std::uint32_t match_limit, Jit jit) {
    if (pattern.size() > kLongestPattern) {
        return tl::unexpected<RegexProblem>(RegexProblem{0, "too-large", "the pattern is too long"});
    }
    auto translated = translate_pattern(pattern);
    if (!translated) return tl::unexpected<RegexProblem>(std::move(translated.error()));

    const CompileContext context(pcre2_compile_context_create(nullptr));
    pcre2_set_parens_nest_limit(context.get(), kDeepestPattern);
    int error = 0;
    PCRE2_SIZE offset = 0;
    auto handles = std::make_unique<Handles>();
    handles->code.reset(
        pcre2_compile(bytes(*translated), translated->size(), options_of(flags), &error, &offset, context.get()));
    if (!handles->code) {
        constexpr int kTooLarge = 120;  // "regular expression is too large"
        constexpr int kTooDeep = 119;   // "parentheses are too deeply nested"
        const bool large = error == kTooLarge || error == kTooDeep;
        return tl::unexpected<RegexProblem>(RegexProblem{std::min<std::size_t>(offset, pattern.size()),
                                                         large ? "too-large" : "syntax", message_of(error)});
    }
    if (jit == Jit::yes) handles->jit = pcre2_jit_compile(handles->code.get(), PCRE2_JIT_COMPLETE) == 0;
    handles->context.reset(pcre2_match_context_create(nullptr));
    pcre2_set_match_limit(handles->context.get(), match_limit);
    pcre2_set_heap_limit(handles->context.get(), kHeapKibibytes);
    std::uint32_t groups = 0;
    pcre2_pattern_info(handles->code.get(), PCRE2_INFO_CAPTURECOUNT, &groups);
    return Regex(std::string(pattern), std::move(handles), groups);
}

SearchOutcome Regex::search(std::string_view subject, std::size_t start, bool not_empty_at_start, Span* spans,
                            std::size_t count) const noexcept {
    StackMemory memory;  // NOLINT: filled as far as it is used
    memory.used = 0;
    memory.on_heap = false;
    pcre2_general_context* general = pcre2_general_context_create(take, give_back, &memory);
    const std::size_t wanted = std::max<std::size_t>(1, std::min(count, kSpansAtOnce));
    pcre2_match_data* data = pcre2_match_data_create(static_cast<std::uint32_t>(wanted), general);
    if (data == nullptr) return SearchOutcome::limit;

    const std::uint32_t options = not_empty_at_start ? PCRE2_NOTEMPTY_ATSTART : 0;
    const PCRE2_SPTR text = subject.data() == nullptr ? bytes("") : bytes(subject);
    int result = PCRE2_ERROR_JIT_STACKLIMIT;
    if (handles_->jit) {
        result =
            pcre2_jit_match(handles_->code.get(), text, subject.size(), start, options, data, handles_->context.get());
    }
    if (result == PCRE2_ERROR_JIT_STACKLIMIT) {
        result = pcre2_match(handles_->code.get(), text, subject.size(), start, options | PCRE2_NO_JIT, data,
                             handles_->context.get());
    }
    auto outcome = SearchOutcome::limit;  // every error but "no match" is a bound of PCRE2 or of memory
    if (result == PCRE2_ERROR_NOMATCH) outcome = SearchOutcome::not_found;
    if (result >= 0) {
        outcome = SearchOutcome::found;
        const PCRE2_SIZE* pairs = pcre2_get_ovector_pointer(data);
        const std::size_t set = result == 0 ? wanted : static_cast<std::size_t>(result);
        for (std::size_t i = 0; i < count; ++i) {
            spans[i] = i < set && i < wanted ? Span{pairs[2 * i], pairs[2 * i + 1]} : Span{kUnset, kUnset};
        }
    }
    if (memory.on_heap) {
        pcre2_match_data_free(data);
        pcre2_general_context_free(general);
    }
    return outcome;
}

std::uint32_t Regex::group_number(std::string_view name) const noexcept {
    constexpr std::size_t kLongestName = 32;  // PCRE2's own bound
    if (name.size() > kLongestName) return 0;
    std::array<PCRE2_UCHAR, kLongestName + 1> terminated{};
    std::copy(name.begin(), name.end(), terminated.begin());
    const int number = pcre2_substring_number_from_name(handles_->code.get(), terminated.data());
    return number > 0 ? static_cast<std::uint32_t>(number) : 0;
}

}  // namespace sso::expr
