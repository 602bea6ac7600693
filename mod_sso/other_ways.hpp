// The other ways for a request to carry a session, where a virtual host has them: a program's name and password
// (Authorization: Basic).
#pragma once

#include <memory>
#include <string_view>

#include "core/credentials/basic_logins.hpp"
#include "core/credentials/portal_client.hpp"
#include "mod_sso/httpd.hpp"
#include "mod_sso/request_view.hpp"
#include "mod_sso/site_secrets.hpp"
#include "mod_sso/visit.hpp"

namespace sso::httpd {

/// What they stand on, in one process. Kept over changes of the configuration that do not concern it. Callable from
/// several threads at once.
class OtherWays {
  public:
    explicit OtherWays(const config::Settings& settings);

    /// Whether this one serves for these settings, too.
    [[nodiscard]] bool serves(const config::Settings& settings) const;

    SiteSecrets secrets;
    credentials::PortalClient portal;
    credentials::BasicLogins logins;

  private:
    struct Basis;
    explicit OtherWays(std::shared_ptr<const Basis> basis);
    const std::shared_ptr<const Basis> basis_;
};

/// What the visit knows of it, from now on.
OtherWay& other_way(request_rec* r, Visit& visit);

/// Puts aside what identity headers of ours may have the name of, before those are taken out of the request.
void keep_credentials(request_rec* r, Visit& visit);

/// Takes credentials that are for us alone out of the request. For a host that has other ways.
void take_credentials(request_rec* r, Visit& visit, const MatchedHost& host);

/// Nobody is known by a cookie: looks whether a name and a password make somebody known. For a host that has other
/// ways.
/// @return DECLINED to go on, with or without a session; or the answer to wrong ones, or to those that nobody could
///         check
int log_in_program(request_rec* r, Visit& visit, const MatchedHost& host, SysSeconds now);

/// Whether to ask for a name and a password: the host takes them, and who asks is no browser, which would ask people to
/// type their password into a dialogue of its own.
bool wants_challenge(request_rec* r, const MatchedHost& host);

/// 401 with `WWW-Authenticate: Basic`.
int challenge(request_rec* r, const config::Settings& settings);

}  // namespace sso::httpd
