// Patterns, one a line, behind a path: the index finds what trying one after the other finds.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/text.hpp"
#include "core/rules/rule_index.hpp"
#include "tests/fuzz/expect.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sso;
    constexpr std::size_t kMostPatterns = 40;
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    // the path may hold line feeds: it ends at a NUL
    const std::string_view path = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(path.size() + 1, rest.size()));

    std::vector<rules::PatternPointer> patterns;
    for (const auto source : split(rest, '\n')) {
        if (patterns.size() == kMostPatterns) break;
        auto pattern = expr::Pattern::compile(source);
        if (pattern) patterns.push_back(std::make_shared<const expr::Pattern>(std::move(*pattern)));
    }
    const rules::RuleIndex index(std::move(patterns));
    const auto expected = index.try_each(path);
    const auto answer = index.find_first(path);
    // a pattern that takes too long on a path that lacks its texts is passed over: it would not have matched
    if (!expected.error) {
        fuzz::expect(answer.rule == expected.rule && !answer.error, "the first match is the first match");
    } else {
        fuzz::expect(answer.rule >= expected.rule, "no rule before the error is found");
    }
    return 0;
}
