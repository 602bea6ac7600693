#include "core/expr/calendar.hpp"

#include <chrono>
#include <cstdio>
#include <ctime>

namespace sso::expr {
namespace {

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) noexcept {
    if (at + count > text.size()) return std::nullopt;
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

}  // namespace

CalendarFields calendar_fields(std::int64_t seconds, bool gmt) noexcept {
    const auto when = static_cast<std::time_t>(seconds);
    std::tm parts{};
    const std::tm* filled = gmt ? gmtime_r(&when, &parts) : localtime_r(&when, &parts);
    if (filled == nullptr) return {};  // a year that does not fit
    return {parts.tm_sec,  parts.tm_min,  parts.tm_hour,
            parts.tm_mday, parts.tm_mon,  parts.tm_year,
            parts.tm_wday, parts.tm_yday, parts.tm_isdst > 0 ? 1 : 0};
}

std::string calendar_text(const CalendarFields& fields) {
    constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::array<char, 64> text{};
    const int length = std::snprintf(
        text.data(), text.size(), "%s %s %2d %02d:%02d:%02d %lld", kDays[static_cast<std::size_t>(fields[6])],
        kMonths[static_cast<std::size_t>(fields[4])], static_cast<int>(fields[3]), static_cast<int>(fields[2]),
        static_cast<int>(fields[1]), static_cast<int>(fields[0]), static_cast<long long>(fields[5]) + 1900);
    return {text.data(), static_cast<std::size_t>(length)};
}

std::string compact_date(const CalendarFields& fields) {
    std::array<char, 64> text{};
    const int length =
        std::snprintf(text.data(), text.size(), "%04lld%02d%02d%02d%02d%02d", static_cast<long long>(fields[5]) + 1900,
                      static_cast<int>(fields[4] + 1), static_cast<int>(fields[3]), static_cast<int>(fields[2]),
                      static_cast<int>(fields[1]), static_cast<int>(fields[0]));
    return {text.data(), static_cast<std::size_t>(length)};
}

std::optional<std::int64_t> parse_compact_date(std::string_view text) noexcept {
    const auto year = digits(text, 0, 4);
    const auto month = digits(text, 4, 2);
    const auto day = digits(text, 6, 2);
    const auto hour = digits(text, 8, 2);
    const auto minute = digits(text, 10, 2);
    const auto second = digits(text, 12, 2);
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    std::int64_t seconds = std::chrono::sys_days(date).time_since_epoch().count() * std::int64_t{86'400};
    seconds += *hour * 3600 + *minute * 60 + *second;
    const std::string_view zone = text.substr(14);
    if (zone.empty() || zone.front() == 'Z') return seconds;
    const auto zone_hours = digits(zone, 1, 2);
    if ((zone.front() != '+' && zone.front() != '-') || !zone_hours) return std::nullopt;
    const auto zone_minutes = digits(zone, 3, 2).value_or(0);
    const std::int64_t shift = *zone_hours * 3600 + zone_minutes * 60;
    return zone.front() == '+' ? seconds - shift : seconds + shift;
}

}  // namespace sso::expr
