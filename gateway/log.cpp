#include "gateway/log.hpp"

#include <array>
#include <cstdio>

namespace sso::gateway {

void log_to_standard_error(const LogLine& line) {
    constexpr std::array<const char*, 5> kNames{"debug", "info", "notice", "warning", "error"};
    if (line.level == LogLevel::debug) return;
    std::fprintf(stderr, "SSO%04d %s: %s\n", line.number, kNames.at(static_cast<std::size_t>(line.level)),
                 line.text.c_str());
}

}  // namespace sso::gateway
