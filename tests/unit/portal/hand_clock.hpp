// A clock that stands still until a test moves it.
#pragma once

#include "core/base/clock.hpp"

namespace sso::portal {

class HandClock final : public Clock {
  public:
    [[nodiscard]] SysSeconds now() const noexcept override { return now_; }
    void advance(std::chrono::seconds by) noexcept { now_ += by; }

  private:
    SysSeconds now_{std::chrono::seconds{1'800'000'000}};
};

}  // namespace sso::portal
