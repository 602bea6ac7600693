// Counting what becomes of requests, and how long that took.
#pragma once

#include <chrono>

#include "core/rules/decision.hpp"
#include "mod_sso/counters.hpp"
#include "mod_sso/httpd.hpp"
#include "mod_sso/visit.hpp"

namespace sso::httpd {

Outcome outcome_of(rules::Verdict verdict) noexcept;

/// From its making to `done`: one decision, counted under the virtual host that the visit found.
class Tally {
  public:
    explicit Tally(Timed what) noexcept : what_(what), began_(std::chrono::steady_clock::now()) {}
    void done(const request_rec* r, const Visit& visit) const noexcept;
    [[nodiscard]] std::chrono::steady_clock::time_point began() const noexcept { return began_; }

  private:
    Timed what_;
    std::chrono::steady_clock::time_point began_;
};

}  // namespace sso::httpd
