#include "core/rules/llng_rules.hpp"

#include <algorithm>
#include <utility>

#include "core/base/text.hpp"

namespace sso::rules {
namespace {

constexpr std::string_view kDefault = "default";

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Escapes that are broken stay as they are: LLNG decides on what it is given.
std::string decoded(std::string_view path) {
    std::string result;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const bool escape =
            path[i] == '%' && i + 2 < path.size() && hex_digit(path[i + 1]) >= 0 && hex_digit(path[i + 2]) >= 0;
        if (escape) {
            result += static_cast<char>(hex_digit(path[i + 1]) * 16 + hex_digit(path[i + 2]));
            i += 2;
        } else {
            result += path[i];
        }
    }
    return result;
}

std::string without_dots(std::string_view path) {
    std::vector<std::string_view> kept;
    const auto segments = split(path.substr(1), '/');
    bool folder = true;
    for (const auto segment : segments) {
        folder = segment.empty() || segment == "." || segment == "..";
        if (segment == ".." && !kept.empty()) kept.pop_back();
        if (!folder) kept.push_back(segment);
    }
    std::string result;
    for (const auto segment : kept) {
        result += '/';
        result += segment;
    }
    if (folder || result.empty()) result += '/';
    return result;
}

}  // namespace

std::string llng_address(std::string_view uri) {
    const auto scheme_end = uri.find("://");
    const bool absolute = scheme_end != uri.npos && (equal_ignoring_case(uri.substr(0, scheme_end), "http") ||
                                                     equal_ignoring_case(uri.substr(0, scheme_end), "https"));
    if (absolute) {
        uri.remove_prefix(scheme_end + 3);
        uri.remove_prefix(std::min(uri.find_first_of("/?"), uri.size()));
    }
    if (uri == "*") return "*";  // OPTIONS *
    const auto question = uri.find('?');
    std::string path = decoded(uri.substr(0, question));
    if (path.empty() || path.front() != '/') path.insert(path.begin(), '/');
    path = without_dots(path);
    return question == uri.npos ? path : path + std::string(uri.substr(question));
}

LlngRule::LlngRule(LlngRule&& other) noexcept
    : key(std::move(other.key)),
      value(std::move(other.value)),
      text(parse_rule_text(value)),
      program(std::move(other.program)),
      level(other.level) {}

tl::expected<LlngRule, std::vector<expr::Problem>> LlngRule::compile(std::string key, std::string value) {
    LlngRule rule;
    rule.key = std::move(key);
    rule.value = std::move(value);
    rule.text = parse_rule_text(rule.value);
    rule.level = pattern_level(rule.key);
    if (rule.level == 0) rule.level.reset();
    if (!rule.text.keyword) {
        auto program = expr::Program::compile(rule.text.expression, {});
        if (!program) {
            for (auto& problem : program.error()) {
                problem.offset += rule.text.offset;
                if (rule.key == kDefault || rule.key.empty()) continue;
                problem.message = "rule " + printable(rule.key) + ": " + problem.message;
            }
            return tl::unexpected<std::vector<expr::Problem>>(std::move(program.error()));
        }
        rule.program.emplace(std::move(*program));
    }
    return rule;
}

tl::expected<LlngRules, std::vector<expr::Problem>> LlngRules::compile(
    const std::map<std::string, std::string>& rules) {
    LlngRules compiled;
    std::vector<expr::Problem> problems;
    const auto add = [&](std::string key, std::string value) {
        auto rule = LlngRule::compile(std::move(key), std::move(value));
        if (rule) {
            compiled.rules_.push_back(std::move(*rule));
        } else {
            std::move(rule.error().begin(), rule.error().end(), std::back_inserter(problems));
        }
    };
    for (const auto& [key, value] : rules) {
        if (key == kDefault) continue;
        auto pattern = expr::Pattern::compile(key);
        if (!pattern) {
            problems.push_back(std::move(pattern.error()));
            continue;
        }
        compiled.patterns_.push_back(std::move(*pattern));
        add(key, value);
    }
    // a virtual host with rules and without a default accepts everybody
    const auto fallback = rules.find(std::string(kDefault));
    if (fallback != rules.end()) {
        add(std::string(kDefault), fallback->second);
    } else {
        add("(none)", "accept");
    }
    if (!problems.empty()) return tl::unexpected<std::vector<expr::Problem>>(std::move(problems));
    return compiled;
}

Result<const LlngRule*> LlngRules::find(std::string_view address) const {
    for (std::size_t i = 0; i < patterns_.size(); ++i) {
        auto found = patterns_[i].matches(address);
        if (!found) return tl::unexpected<Error>(std::move(found.error()));
        if (*found) return &rules_[i];
    }
    return &rules_.back();
}

}  // namespace sso::rules
