// What finding the first of N rules costs, the last one matching, over 5,000 different paths: by the index, and by
// trying one after the other. The shapes of the patterns: of twenty, twelve are anchored prefixes, three suffixes,
// three alternations anywhere, and two ignore case. Prints nanoseconds a path. For counts of instructions, `valgrind
// --tool=callgrind rules_bench index 1000 COUNT` with two counts: the difference is the paths.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/rules/rule_index.hpp"

namespace {

using namespace sso;
using std::chrono::steady_clock;

constexpr std::size_t kPaths = 5'000;

std::string pattern(std::size_t rule) {
    const std::string n = std::to_string(rule);
    const std::size_t shape = rule % 20;
    if (shape < 12) return "^/app" + n + "/";
    if (shape < 15) return "\\.ext" + n + "$";
    if (shape < 18) return "/(?:report" + n + "|invoice" + n + "|order" + n + ")/";
    return "(?i)^/Area" + n + "/";
}

rules::RuleIndex index_of(std::size_t count) {
    std::vector<rules::PatternPointer> patterns;
    for (std::size_t rule = 0; rule < count; ++rule) {
        auto compiled = expr::Pattern::compile(rule + 1 == count ? "^/last/" : pattern(rule));
        if (!compiled) std::abort();
        patterns.push_back(std::make_shared<const expr::Pattern>(std::move(*compiled)));
    }
    return rules::RuleIndex(std::move(patterns));
}

int usage() {
    std::fprintf(stderr, "usage: rules_bench index|each RULES COUNT\n");
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return usage();
    const std::string_view way = argv[1];
    const std::size_t rules = std::strtoul(argv[2], nullptr, 10);
    const std::size_t count = std::strtoul(argv[3], nullptr, 10);
    if ((way != "index" && way != "each") || rules == 0) return usage();

    const auto before = steady_clock::now();
    const auto index = index_of(rules);
    const auto ready = steady_clock::now();
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < kPaths; ++i) paths.push_back("/last/page" + std::to_string(i) + "/view.html");
    std::size_t sum = 0;
    const auto begin = steady_clock::now();
    for (std::size_t i = 0; i < count; ++i) {
        const auto& path = paths[i % kPaths];
        sum += (way == "index" ? index.find_first(path) : index.try_each(path)).rule;
    }
    const std::chrono::duration<double, std::nano> spent = steady_clock::now() - begin;
    if (sum != count * (rules - 1)) std::abort();
    std::printf("%zu rules, %s: made in %.1f ms, %.0f ns a path\n", rules, argv[1],
                std::chrono::duration<double, std::milli>(ready - before).count(),
                spent.count() / static_cast<double>(count));
    return 0;
}
