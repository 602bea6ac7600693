// Rules and headers in httpd's own configuration: SSORule, SSODefault, SSOHeader. Each directive is checked where it
// stands; all of a place are compiled together once the configuration is read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/config/settings.hpp"
#include "core/rules/policy.hpp"
#include "mod_sso/httpd.hpp"

namespace sso::httpd {

/// What the directives of one place say, rules or headers. Lives in the configuration's pool; immutable from
/// `compile_places` on.
struct PlaceRules {
    config::VirtualHostSettings written;
    std::optional<rules::HostPolicy> policy;  ///< absent until then
};

// Each adds what a directive says to `rules`, which is made at the first. @return what is wrong with it, or null

const char* add_rule(cmd_parms* cmd, PlaceRules*& rules, const char* match, const char* allow, const char* level);
const char* set_default(cmd_parms* cmd, PlaceRules*& rules, const char* allow);
const char* add_header(cmd_parms* cmd, PlaceRules*& rules, const char* name, const char* value, const char* optional);

/// post_config: compiles the rules and headers of every place.
void compile_places(apr_pool_t* pconf);

/// The names of all headers that a place sets: no application may get one of them from a client.
std::vector<std::string> place_header_names(apr_pool_t* pconf);

}  // namespace sso::httpd
