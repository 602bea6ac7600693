// The time of day as the rest of core sees it, so that tests can move it by hand.
#pragma once

#include <chrono>

namespace sso {

/// UTC in whole seconds: no store keeps a finer time.
using SysSeconds = std::chrono::sys_seconds;

/// Where the time comes from.
class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual SysSeconds now() const noexcept = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
  public:
    [[nodiscard]] SysSeconds now() const noexcept override {
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    }
};

}  // namespace sso
