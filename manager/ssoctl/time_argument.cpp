#include "manager/ssoctl/time_argument.hpp"

#include <charconv>
#include <ctime>

#include "core/base/text.hpp"
#include "core/config/duration.hpp"

namespace sso::ssoctl {

Result<SysSeconds> parse_time(std::string_view text, SysSeconds now) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size() && number >= 0) {
        return SysSeconds(std::chrono::seconds(number));
    }
    if (const auto ago = config::parse_duration(text)) return now - std::chrono::floor<std::chrono::seconds>(*ago);

    std::tm parts{};
    const std::string copy(text);
    const char* rest = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (rest != nullptr && *rest == '\0') return SysSeconds(std::chrono::seconds(::timegm(&parts)));
    return fail(ErrorCode::invalid, "'" + printable(text) +
                                        "' is no time: write 2026-01-31T12:00:00Z, seconds since 1970, or a time span "
                                        "until now such as 2h");
}

}  // namespace sso::ssoctl
