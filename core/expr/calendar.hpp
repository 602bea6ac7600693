// Dates: Perl's localtime and gmtime, LDAP's generalized time, and the hours of a week.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sso::expr {

/// Seconds, minutes, hours, day, month (0 to 11), year less 1900, weekday (0 is Sunday), day of the year, summer time.
using CalendarFields = std::array<std::int64_t, 9>;

CalendarFields calendar_fields(std::int64_t seconds, bool gmt) noexcept;
/// "Tue Nov 14 22:13:20 2023"
std::string calendar_text(const CalendarFields& fields);
/// "20231114221320"
std::string compact_date(const CalendarFields& fields);
/// Reads "20231114221320" with an optional zone (`Z`, `+0100`); without one it is GMT. Nothing when malformed.
std::optional<std::int64_t> parse_compact_date(std::string_view text) noexcept;

}  // namespace sso::expr
