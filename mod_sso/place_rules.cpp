#include "mod_sso/place_rules.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/config/names.hpp"
#include "core/http/header.hpp"
#include "core/rules/place_policy.hpp"

namespace sso::httpd {
namespace {

constexpr const char* kPlacesKey = "mod_sso-places";

using Places = std::vector<PlaceRules*>;

/// All places of the configuration that is being read.
Places& places_of(apr_pool_t* pconf) {
    void* data = nullptr;
    apr_pool_userdata_get(&data, kPlacesKey, pconf);
    if (data == nullptr) {
        data = &pool_new<Places>(pconf);
        apr_pool_userdata_setn(data, kPlacesKey, apr_pool_cleanup_null, pconf);
    }
    return *static_cast<Places*>(data);
}

PlaceRules& made(cmd_parms* cmd, PlaceRules*& rules) {
    if (rules == nullptr) {
        rules = &pool_new<PlaceRules>(cmd->pool);
        rules->written.headers.emplace();  // no Auth-User of its own accord
        places_of(cmd->pool).push_back(rules);
    }
    return *rules;
}

config::Located located(const char* text) {
    return {text, {1, 1}, false};
}

/// Compiles what one directive says. @return its first mistake, for httpd to print with file and line, or null
const char* check(cmd_parms* cmd, const config::VirtualHostSettings& written) {
    const auto outcome = rules::compile_place(written);
    const auto& found = outcome.diagnostics;
    const auto mistake = std::find_if(found.begin(), found.end(), [](const config::Diagnostic& diagnostic) {
        return diagnostic.severity == config::Severity::error;
    });
    if (mistake == found.end()) return nullptr;
    return apr_pstrcat(cmd->pool, cmd->cmd->name, ": ", printable(mistake->message, 400).c_str(), nullptr);
}

/// "level=3"
std::optional<int> parse_level(std::string_view text) noexcept {
    constexpr std::string_view kBegin = "level=";
    if (!text.starts_with(kBegin)) return std::nullopt;
    return rules::parse_asked_level(text.substr(kBegin.size()));
}

}  // namespace

const char* add_rule(cmd_parms* cmd, PlaceRules*& rules, const char* match, const char* allow, const char* level) {
    config::RuleSettings rule;
    rule.match = located(match);
    rule.allow = located(allow);
    if (level != nullptr) {
        rule.level = parse_level(level);
        if (!rule.level) {
            return apr_psprintf(cmd->pool, "SSORule: \"%s\" is not level=N with a whole number from 0 to %d", level,
                                rules::kHighestAskedLevel);
        }
    }
    config::VirtualHostSettings alone;
    alone.rules.push_back(rule);
    if (const char* mistake = check(cmd, alone)) return mistake;
    made(cmd, rules).written.rules.push_back(std::move(rule));
    return nullptr;
}

const char* set_default(cmd_parms* cmd, PlaceRules*& rules, const char* allow) {
    config::VirtualHostSettings alone;
    alone.default_rule = located(allow);
    if (const char* mistake = check(cmd, alone)) return mistake;
    made(cmd, rules).written.default_rule = std::move(alone.default_rule);
    return nullptr;
}

const char* add_header(cmd_parms* cmd, PlaceRules*& rules, const char* name, const char* value, const char* optional) {
    if (const auto wrong = config::check_header_name(name)) {
        return apr_pstrcat(cmd->pool, "SSOHeader: ", wrong->c_str(), nullptr);
    }
    if (optional != nullptr && !equal_ignoring_case(optional, "optional")) {
        return apr_psprintf(cmd->pool, "SSOHeader: \"%s\" is not the word optional", optional);
    }
    config::HeaderSettings header{
        .name = name, .expression = located(value), .where = {1, 1}, .optional = optional != nullptr};
    config::VirtualHostSettings alone;
    alone.headers.emplace({header});
    if (const char* mistake = check(cmd, alone)) return mistake;
    auto& headers = *made(cmd, rules).written.headers;
    const auto same = std::find_if(headers.begin(), headers.end(), [&](const config::HeaderSettings& other) {
        return http::cgi_equivalent(other.name, header.name);
    });
    if (same != headers.end()) {
        return apr_psprintf(cmd->pool, "SSOHeader: applications cannot tell %s from %s; keep one of them", name,
                            same->name.c_str());
    }
    headers.push_back(std::move(header));
    return nullptr;
}

void compile_places(apr_pool_t* pconf) {
    for (PlaceRules* place : places_of(pconf)) place->policy = rules::compile_place(place->written).policy;
}

std::vector<std::string> place_header_names(apr_pool_t* pconf) {
    std::vector<std::string> names;
    for (const PlaceRules* place : places_of(pconf)) {
        for (const auto& header : *place->written.headers) names.push_back(header.name);
    }
    return names;
}

}  // namespace sso::httpd
