#include "core/session/session_store.hpp"

namespace sso::session {

bool is_expired(SysSeconds created, SysSeconds last_seen, const StoreOptions& options, SysSeconds now) noexcept {
    if (now - created >= options.lifetime) return true;
    return options.idle_timeout.count() > 0 && now - last_seen >= options.idle_timeout;
}

bool is_expired(const SessionFacts& facts, const StoreOptions& options, SysSeconds now) noexcept {
    return is_expired(facts.created, facts.last_seen, options, now);
}

bool matches(const SessionQuery& query, const SessionFacts& facts) noexcept {
    return (!query.user || *query.user == facts.user) && (!query.address || *query.address == facts.address) &&
           (!query.since || facts.created >= *query.since);
}

Result<std::uint64_t> SessionStore::count(SysSeconds now) {
    std::uint64_t live = 0;
    const auto listed = list({}, now, [&](const SealedSession&) {
        ++live;
        return true;
    });
    if (!listed) return error_of(listed);
    return live;
}

}  // namespace sso::session
