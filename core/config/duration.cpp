#include "core/config/duration.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/text.hpp"

namespace sso::config {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};
constexpr std::array kUnits{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"min", 60'000}, Unit{"s", 1'000},
                            Unit{"ms", 1}};
constexpr std::int64_t kMost = 3'650 * kUnits[0].milliseconds;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const auto wrong = [text] {
        return fail(ErrorCode::invalid, "'" + printable(text, 40) +
                                            "' is not a duration; write whole numbers with d, h, min, s or ms, the "
                                            "greatest first, as in 20h, 1h30min, 90s or 500ms");
    };
    std::int64_t total = 0;
    std::size_t next_unit = 0;
    std::size_t at = 0;
    if (text.empty()) return wrong();
    while (at < text.size()) {
        const std::size_t digits = at;
        std::int64_t number = 0;
        while (at < text.size() && is_digit(text[at])) {
            if (at - digits == 12) return wrong();
            number = number * 10 + (text[at++] - '0');
        }
        if (at == digits) return wrong();
        const std::size_t letters = at;
        while (at < text.size() && !is_digit(text[at])) ++at;
        const std::string_view name = text.substr(letters, at - letters);
        while (next_unit < kUnits.size() && kUnits[next_unit].name != name) ++next_unit;
        if (next_unit == kUnits.size()) return wrong();
        const std::int64_t unit = kUnits[next_unit++].milliseconds;
        if (number > (kMost - total) / unit) {
            return fail(ErrorCode::invalid, "'" + printable(text, 40) + "' is more than ten years");
        }
        total += number * unit;
    }
    return std::chrono::milliseconds(total);
}

std::string duration_text(std::chrono::milliseconds duration) {
    std::int64_t left = duration.count();
    if (left <= 0) return "0s";
    std::string text;
    for (const Unit& unit : kUnits) {
        // "20h" rather than "0d20h", and days only where they are whole: "36h" is what people say
        const bool whole_days_only = unit.name == "d";
        if (left < unit.milliseconds || (whole_days_only && left % unit.milliseconds != 0)) continue;
        text += std::to_string(left / unit.milliseconds);
        text += unit.name;
        left %= unit.milliseconds;
    }
    return text;
}

}  // namespace sso::config
