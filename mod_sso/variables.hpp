// What logs and programs may know of a decision, as environment variables: of the session its public names alone.
#pragma once

#include "mod_sso/httpd.hpp"
#include "mod_sso/visit.hpp"

namespace sso::httpd {

/// post_config: finds out whether httpd's configuration names one of our variables anywhere (in a LogFormat, say), so
/// that only those who use them pay for them.
void note_variables();

/// Whether `r` is one of those who do.
bool wants_variables(const request_rec* r) noexcept;

void set_variables(request_rec* r, const Visit& visit);

/// Sets SSO_VERDICT, SSO_RULE and SSO_USER where the configuration names one of them, or SSOEnvironment is on; and
/// REMOTE_CUSTOM where there is something to be said in it.
inline void describe(request_rec* r, const Visit& visit) {
    if (visit.verdict == nullptr) return;
    if (visit.custom != nullptr) apr_table_setn(r->subprocess_env, "REMOTE_CUSTOM", visit.custom);
    if (wants_variables(r)) set_variables(r, visit);
}

}  // namespace sso::httpd
