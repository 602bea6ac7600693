// One request to the portal, with what every handler asks of it: who is there, in which language, with which cookies,
// and where they want to go.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/http/cookie.hpp"
#include "core/http/message.hpp"
#include "core/rules/return_address.hpp"
#include "core/session/session.hpp"
#include "portal/messages.hpp"
#include "portal/site.hpp"

namespace sso::portal {

/// The address that somebody wants to get to after the login.
struct Destination {
    std::optional<rules::ReturnUrl> url;
    bool refused = false;  ///< one was given, and it is not one that we may send anybody to
};

class Visit {
  public:
    Visit(Site& site, const http::Request& request);

    [[nodiscard]] Site& site() noexcept { return site_; }
    [[nodiscard]] const Site& site() const noexcept { return site_; }
    [[nodiscard]] const config::Settings& settings() const noexcept { return site_.settings(); }
    [[nodiscard]] const http::Request& request() const noexcept { return request_; }
    [[nodiscard]] SysSeconds now() const noexcept { return now_; }
    [[nodiscard]] Language language() const noexcept { return language_; }
    [[nodiscard]] bool wants_json() const noexcept { return wants_json_; }
    [[nodiscard]] std::string address() const { return std::string(request_.variable("REMOTE_ADDR")); }
    /// The portal's own path, with a slash at its end.
    [[nodiscard]] const std::string& base() const noexcept { return base_; }

    /// The session that the browser's cookie opens; nothing if there is none. Asked of the store once.
    /// @return the store's errors (`unavailable` …), already logged; what cannot be read is no session
    const Result<std::optional<session::Session>>& session();
    /// The cookie of that session, whether or not the session still lives.
    [[nodiscard]] std::optional<session::SessionCookie> session_cookie() const;
    void set_session_cookie(const session::SessionCookie& cookie);
    void clear_session_cookie();

    /// A token for one of our forms; sees to it that the browser has the cookie that goes with it.
    std::string token(std::string_view form);
    /// After a login: of several form cookies, as tabs leave them that were opened at the same moment, one stays.
    void tidy_form_cookies();
    /// Whether the request is a form that we made for this browser: the token fits, and the browser does not say that
    /// another site has sent it (Origin, Sec-Fetch-Site).
    [[nodiscard]] bool is_own_form(std::string_view form, const http::Form& fields) const;

    /// The wanted address out of a field or parameter `url`, base64 or plain.
    [[nodiscard]] Destination destination(const http::Form& fields) const;

    [[nodiscard]] Arrivals::Lap arrive(std::string_view address);
    void forget_arrivals();
    [[nodiscard]] bool has_just_arrived() const;

    /// Set-Cookie headers gathered so far.
    [[nodiscard]] const std::vector<http::SetCookie>& set_cookies() const noexcept { return set_cookies_; }

  private:
    [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const;
    /// The form cookies that the browser sent and we could have made, by name.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> form_cookies() const;
    [[nodiscard]] http::SetCookie own_cookie(std::string_view name, std::string value) const;
    [[nodiscard]] std::string own_cookie_name(std::string_view name) const;
    void set(http::SetCookie cookie);

    Site& site_;
    const http::Request& request_;
    SysSeconds now_;
    Language language_;
    bool wants_json_;
    std::string base_;
    std::string browser_;  ///< the value of the form cookie in use; empty until a token is asked for
    std::optional<Result<std::optional<session::Session>>> session_;
    std::vector<http::SetCookie> set_cookies_;
};

}  // namespace sso::portal
