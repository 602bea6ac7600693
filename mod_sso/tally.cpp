#include "mod_sso/tally.hpp"

#include "mod_sso/shared_memory.hpp"

namespace sso::httpd {

Outcome outcome_of(rules::Verdict verdict) noexcept {
    switch (verdict) {
        case rules::Verdict::allow:
            return Outcome::allowed;
        case rules::Verdict::deny:
            return Outcome::denied;
        case rules::Verdict::authenticate:
            return Outcome::to_login;
        case rules::Verdict::unprotected:
            return Outcome::unprotected;
        case rules::Verdict::skip:
            return Outcome::skipped;
        case rules::Verdict::step_up:
            return Outcome::to_step_up;
        case rules::Verdict::logout:
            return Outcome::logged_out;
        case rules::Verdict::maintenance:
            return Outcome::in_maintenance;
        case rules::Verdict::fail:
            break;
    }
    return Outcome::failed;
}

void Tally::done(const request_rec* r, const Visit& visit) const noexcept {
    auto& counters = shared_memory().counters;
    const long connection = r->connection->id;
    const auto host = visit.live ? visit.live->host_numbers->number_of(visit.host, counters) : Counters::kOthers;
    counters.count(connection, host, visit.outcome);
    counters.time(connection, what_, std::chrono::steady_clock::now() - began_);
}

}  // namespace sso::httpd
