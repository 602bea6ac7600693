#include "core/base/time_text.hpp"

#include <array>
#include <ctime>

namespace sso {

std::string time_text(SysSeconds time) {
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm parts{};
    if (::gmtime_r(&seconds, &parts) == nullptr) return "?";
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text.data(), size};
}

}  // namespace sso
