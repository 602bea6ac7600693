// The expression language's checker and compiler on foreign bytes: what it says of a text has a place, a class that the
// manual names and a message for a log, and it says the same each time. The first byte tells what the text is for.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/text.hpp"
#include "core/expr/program.hpp"
#include "tests/fuzz/expect.hpp"

namespace {

using namespace sso::expr;  // NOLINT: one target, one room
using sso::fuzz::expect;

constexpr std::array<std::string_view, 8> kErrors{
    "syntax",           "assignment",          "control-characters",  "invalid-encoding",
    "unknown-function", "forbidden-operation", "legacy-group-syntax", "too-large"};
constexpr std::array<std::string_view, 6> kWarnings{"unknown-variable", "constant-condition", "bareword",
                                                    "arguments",        "array-in-text",      "text-as-number"};

template <std::size_t N>
bool holds(const std::array<std::string_view, N>& all, std::string_view code) {
    return std::find(all.begin(), all.end(), code) != all.end();
}

void check(const std::vector<Problem>& problems, std::string_view source) {
    for (const Problem& problem : problems) {
        const bool error = problem.severity == Problem::Severity::error;
        expect(problem.offset <= source.size(), "a problem lies in the text");
        expect(error ? holds(kErrors, problem.code) : holds(kWarnings, problem.code),
               "a problem's class is a known one");
        expect(!problem.message.empty() && sso::is_utf8(problem.message), "a message is text");
        expect(std::none_of(problem.message.begin(), problem.message.end(),
                            [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }),
               "a message is one line of a log");
    }
}

std::string told(const std::vector<Problem>& problems) {
    std::string all;
    for (const Problem& problem : problems) {
        all += std::to_string(problem.offset) + problem.code + problem.message + '\n';
    }
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::string_view source = input.substr(1);
    const std::vector<std::string> known{"uid", "mail", "groups", "hGroups", "_auth", "authenticationLevel"};
    CompileOptions options;
    options.purpose = static_cast<Purpose>(static_cast<unsigned char>(input.front()) % 4);
    options.limits.steps = 20'000;
    options.limits.regex_match = 5'000;
    options.known_attributes = &known;

    std::vector<Problem> warnings;
    const auto program = Program::compile(source, options, &warnings);
    std::vector<Problem> again;
    const auto second = Program::compile(source, options, &again);
    expect(program.has_value() == second.has_value(), "a text is accepted always or never");
    if (program) {
        check(warnings, source);
        expect(told(warnings) == told(again), "warnings are the same each time");
        expect(program->source() == source, "a program knows its text");
        return 0;
    }
    check(program.error(), source);
    expect(std::any_of(program.error().begin(), program.error().end(),
                       [](const Problem& problem) { return problem.severity == Problem::Severity::error; }),
           "a refusal says why");
    expect(told(program.error()) == told(second.error()), "a refusal is the same each time");
    return 0;
}
