#include "core/expr/program.hpp"
#include "core/expr/regex.hpp"

namespace sso::expr {

struct Pattern::Code {
    Regex regex;
    std::size_t longest_subject;
};

Pattern::Pattern(std::shared_ptr<const Code> code) noexcept : code_(std::move(code)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

tl::expected<Pattern, Problem> Pattern::compile(std::string_view source, const Limits& limits) {
    const auto refuse = [](std::size_t offset, std::string message) {
        return tl::unexpected<Problem>(Problem{Problem::Severity::error, offset, "bad-url-regex", std::move(message)});
    };
    if (source.size() > limits.source_bytes) return refuse(limits.source_bytes, "the pattern is too long");
    auto regex = Regex::compile(source, {}, limits.regex_match, Regex::Jit::yes);
    if (!regex) return refuse(regex.error().offset, std::move(regex.error().message));
    return Pattern(std::make_shared<const Code>(Code{std::move(*regex), limits.subject_bytes}));
}

Result<bool> Pattern::matches(std::string_view subject) const {
    if (subject.size() > code_->longest_subject) return fail(ErrorCode::limit, "the address is too long to be matched");
    switch (code_->regex.find(subject)) {
        case SearchOutcome::found:
            return true;
        case SearchOutcome::not_found:
            return false;
        default:
            return fail(ErrorCode::limit, "the search for the pattern takes too long");
    }
}

std::size_t Pattern::longest_subject() const noexcept {
    return code_->longest_subject;
}

const std::string& Pattern::source() const noexcept {
    return code_->regex.pattern();
}

}  // namespace sso::expr
