#include "core/expr/regex.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

#include "core/expr/regex_syntax.hpp"

namespace sso::expr {
namespace {

constexpr std::size_t kLongestPattern = 32'768;  // `/[a-za-za-z…]/` written thirty thousand times
constexpr std::uint32_t kDeepestPattern = 100;   // parentheses within parentheses: PCRE2's compiler recurses
constexpr std::uint32_t kHeapKibibytes = 1'024;  // what the interpreter may take when JIT's stack does not suffice
constexpr std::uint32_t kSpansAtOnce = 32;

template <auto Free>
struct Release {
    template <class T>
    void operator()(T* handle) const noexcept {
        Free(handle);
    }
};
using CodeHandle = std::unique_ptr<pcre2_code, Release<pcre2_code_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Release<pcre2_match_data_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Release<pcre2_match_context_free>>;
using CompileContext = std::unique_ptr<pcre2_compile_context, Release<pcre2_compile_context_free>>;

/// Where a thread's searches keep their match data: in memory of the thread's own, so that searching allocates nothing.
/// There is nothing to destroy: httpd unloads the module while its threads live on.
struct ThreadRoom {
    alignas(16) std::array<char, 1024> bytes;
    std::size_t used;
    pcre2_match_data* data;
};
static_assert(std::is_trivially_destructible_v<ThreadRoom>);
constinit thread_local ThreadRoom thread_room{};

void* take(PCRE2_SIZE size, void* /*context*/) {
    const std::size_t rounded = (size + 15) / 16 * 16;
    if (rounded > thread_room.bytes.size() - thread_room.used) return nullptr;
    void* result = thread_room.bytes.data() + thread_room.used;
    thread_room.used += rounded;
    return result;
}

void give_back(void* /*block*/, void* /*context*/) {}

/// The thread's match data, for JIT code alone: the interpreter would keep memory of its own in it.
pcre2_match_data* thread_match_data() noexcept {
    if (thread_room.data == nullptr) {
        pcre2_general_context* general = pcre2_general_context_create(take, give_back, nullptr);
        if (general != nullptr) thread_room.data = pcre2_match_data_create(kSpansAtOnce, general);
    }
    return thread_room.data;
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

/// PCRE2's `\w` in a pattern of bytes.
constexpr auto kWordBytes = [] {
    std::array<bool, 256> table{};
    for (unsigned c = 0; c < table.size(); ++c) {
        table[c] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }
    return table;
}();

bool is_word(char c) noexcept {
    return kWordBytes[static_cast<unsigned char>(c)];
}

/// The word of the pattern `\bword\b`, or nothing. Such patterns ask for a group in most rules there are.
std::string_view word_of(std::string_view pattern, const RegexFlags& flags) noexcept {
    constexpr std::string_view kBoundary = R"(\b)";
    if (flags.ignore_case || pattern.size() <= 2 * kBoundary.size()) return {};
    if (!pattern.starts_with(kBoundary) || !pattern.ends_with(kBoundary)) return {};
    const std::string_view word = pattern.substr(kBoundary.size(), pattern.size() - 2 * kBoundary.size());
    return std::all_of(word.begin(), word.end(), is_word) ? word : std::string_view();
}

/// What PCRE2 answers for `\bword\b`: the word stands in the text with no letter, digit or '_' beside it. Its last
/// character is searched for: names of groups differ at their end sooner than at their beginning.
bool holds_word(std::string_view text, std::string_view word) noexcept {
    const std::size_t before_last = word.size() - 1;
    for (auto last = text.find(word.back(), before_last); last != text.npos; last = text.find(word.back(), last + 1)) {
        const std::size_t start = last - before_last;
        const bool ends = last + 1 == text.size() || !is_word(text[last + 1]);
        const bool begins = start == 0 || !is_word(text[start - 1]);
        if (ends && begins && std::memcmp(text.data() + start, word.data(), before_last) == 0) return true;
    }
    return false;
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
    Regex regex(std::string(pattern), std::move(handles), groups);
    regex.word_ = word_of(pattern, flags);
    return regex;
}

/// The number of spans that are set (0: more than there is room for), or an error.
int Regex::run(std::string_view subject, std::size_t start, std::uint32_t options, pcre2_match_data* data,
               bool jit) const noexcept {
    const PCRE2_SPTR text = subject.data() == nullptr ? bytes("") : bytes(subject);
    const pcre2_code* code = handles_->code.get();
    pcre2_match_context* context = handles_->context.get();
    if (jit) return pcre2_jit_match(code, text, subject.size(), start, options, data, context);
    return pcre2_match(code, text, subject.size(), start, options | PCRE2_NO_JIT, data, context);
}

SearchOutcome Regex::search(std::string_view subject, std::size_t start, bool not_empty_at_start, Span* spans,
                            std::size_t count) const noexcept {
    const std::uint32_t options = not_empty_at_start ? PCRE2_NOTEMPTY_ATSTART : 0;
    MatchData interpreters;
    pcre2_match_data* data = handles_->jit ? thread_match_data() : nullptr;
    int result = PCRE2_ERROR_JIT_STACKLIMIT;
    if (data != nullptr) result = run(subject, start, options, data, true);
    if (result == PCRE2_ERROR_JIT_STACKLIMIT) {
        interpreters.reset(pcre2_match_data_create(kSpansAtOnce, nullptr));
        data = interpreters.get();
        if (data == nullptr) return SearchOutcome::limit;
        result = run(subject, start, options, data, false);
    }
    if (result == PCRE2_ERROR_NOMATCH) return SearchOutcome::not_found;
    if (result < 0) return SearchOutcome::limit;  // every other error is a bound of PCRE2 or of memory
    const PCRE2_SIZE* pairs = pcre2_get_ovector_pointer(data);
    const std::size_t set = result == 0 ? kSpansAtOnce : static_cast<std::size_t>(result);
    for (std::size_t i = 0; i < count; ++i) {
        spans[i] = i < set ? Span{pairs[2 * i], pairs[2 * i + 1]} : Span{kUnset, kUnset};
    }
    return SearchOutcome::found;
}

SearchOutcome Regex::find(std::string_view subject) const noexcept {
    if (word_.empty()) return search(subject, 0, false, nullptr, 0);
    return holds_word(subject, word_) ? SearchOutcome::found : SearchOutcome::not_found;
}

std::uint32_t Regex::group_number(std::string_view name) const noexcept {
    constexpr std::size_t kLongestName = 32;  // PCRE2's own bound
    if (name.size() > kLongestName) return 0;
    std::array<PCRE2_UCHAR, kLongestName + 1> terminated{};
    std::copy(name.begin(), name.end(), terminated.begin());
    const int number = pcre2_substring_number_from_name(handles_->code.get(), terminated.data());
    return number > 0 ? static_cast<std::uint32_t>(number) : 0;
}

void give_back_unused_code() noexcept {
    pcre2_jit_free_unused_memory(nullptr);
}

}  // namespace sso::expr
