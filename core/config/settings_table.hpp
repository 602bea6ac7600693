// The settings table: every setting of sso.toml, declared once.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "core/config/field.hpp"

namespace sso::config {

extern const Section<PortalSettings> kPortal;
extern const Section<CookieSettings> kCookie;
extern const Section<SecuritySettings> kSecurity;
extern const Section<SessionSettings> kSession;
extern const Section<AuthenticationSettings> kAuthentication;
extern const Section<LdapSettings> kLdap;
extern const Section<ManagerSettings> kManager;
extern const Section<ManagerRoles> kManagerRoles;
extern const Section<RegistrationSettings> kRegistration;
extern const Section<VirtualHostSettings> kVirtualHost;
extern const Section<RuleSettings> kRule;
extern const Section<HeaderSettings> kHeader;
extern const Section<HandlerSettings> kHandler;
extern const Section<ExpressionSettings> kExpressions;
extern const std::array<OpenTable, 4> kOpenTables;

/// The keys that may stand at the top of the file.
extern const std::array<std::string_view, 13> kTopLevel;

/// Calls `visit(section, part)` for each table that stands once in the file, in the order of the reference page.
template <class Visit>
void for_each_section(Settings& settings, Visit&& visit) {
    visit(kPortal, settings.portal);
    visit(kCookie, settings.cookie);
    visit(kSecurity, settings.security);
    visit(kSession, settings.session);
    visit(kAuthentication, settings.authentication);
    visit(kLdap, settings.authentication.ldap);
    visit(kHandler, settings.handler);
    visit(kManager, settings.manager);
    visit(kManagerRoles, settings.manager.roles);
    visit(kRegistration, settings.registration);
    visit(kExpressions, settings.expressions);
}

}  // namespace sso::config
