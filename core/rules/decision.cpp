#include "core/rules/decision.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

namespace sso::rules {
namespace {

constexpr std::array<std::string_view, 9> kNames{"allow", "deny",   "authenticate", "step_up", "unprotected",
                                                 "skip",  "logout", "maintenance",  "fail"};
constexpr int kHighestLevel = 1000;

}  // namespace

std::string_view name(Verdict verdict) noexcept {
    return kNames.at(static_cast<std::size_t>(verdict));
}

int authentication_level(SubjectView subject) noexcept {
    const expr::Value value = subject.find("authenticationLevel");
    if (value.type == expr::Type::integer) {
        return static_cast<int>(std::clamp<std::int64_t>(value.integer, 0, kHighestLevel));
    }
    if (value.type == expr::Type::real) {
        return value.real >= 0 ? static_cast<int>(std::min<double>(value.real, kHighestLevel)) : 0;
    }
    int level = 0;
    if (value.type == expr::Type::text) {
        const auto [end, error] = std::from_chars(value.data, value.data + value.size, level);
        if (error != std::errc() || end != value.data + value.size) return 0;
    }
    return std::clamp(level, 0, kHighestLevel);
}

std::optional<int> parse_asked_level(std::string_view text) noexcept {
    int level = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), level);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (text.front() == '-' || level > kHighestAskedLevel) return std::nullopt;
    return level;
}

}  // namespace sso::rules
