#include "mod_sso/variables.hpp"

#include "core/base/text.hpp"
#include "mod_sso/directives.hpp"

namespace sso::httpd {
namespace {

constexpr std::string_view kPrefix = "sso_";  // httpd finds variables in any case
bool are_named = false;                       // set before httpd forks

bool names_one(const ap_directive_t* first) {
    for (const ap_directive_t* directive = first; directive != nullptr; directive = directive->next) {
        if (to_lower(view(directive->args)).find(kPrefix) != std::string::npos) return true;
        if (names_one(directive->first_child)) return true;
    }
    return false;
}

}  // namespace

void note_variables() {
    are_named = names_one(ap_conftree);
}

bool wants_variables(const request_rec* r) noexcept {
    const Switch written = place_of(r).environment;
    return written == Switch::unset ? are_named : written == Switch::on;
}

void set_variables(request_rec* r, const Visit& visit) {
    const auto set = setter_of(r->subprocess_env);
    set(r->subprocess_env, "SSO_VERDICT", visit.verdict);
    set(r->subprocess_env, "SSO_RULE", visit.rule);
    if (visit.user != nullptr) set(r->subprocess_env, "SSO_USER", visit.user);
}

}  // namespace sso::httpd
