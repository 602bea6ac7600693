// Where a person may be sent after the login, and how they are sent to it (reference: portal.md §3, handler.md §6.1).
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/config/settings.hpp"
#include "core/http/url.hpp"

namespace sso::rules {

/// An address that may be followed: its exact origin (scheme, host, port) is that of a configured virtual host or of
/// the portal, or its host is a trusted domain, by https or the portal's scheme on that scheme's own port. Only `parse`
/// makes one, so whoever holds one need not ask again.
class ReturnUrl {
  public:
    /// @param given  the value of `url=`: base64 (RFC 4648 §4 or §5, padded or not) of an address, or the address
    /// itself
    /// @return `invalid` for what is no address, `refused` for one that leads elsewhere
    static Result<ReturnUrl> parse(std::string_view given, const config::Settings& settings);

    [[nodiscard]] const http::Url& url() const noexcept { return url_; }
    [[nodiscard]] std::string text() const { return url_.text(); }
    /// What to call the place: the virtual host's title, else the host's name.
    [[nodiscard]] const std::string& title() const noexcept { return title_; }

  private:
    ReturnUrl(http::Url url, std::string title) : url_(std::move(url)), title_(std::move(title)) {}
    http::Url url_;
    std::string title_;
};

/// The portal's address for somebody who wants `wanted`: portal?url=<base64>, percent-encoded as LemonLDAP::NG does.
std::string login_url(const config::Settings& settings, const http::Url& wanted);

/// The same for somebody who is known and must log in again, with something that gives `level` at least. The address
/// tells the level, `level=3`: the portal cannot know of one that httpd's own configuration asks for.
std::string upgrade_url(const config::Settings& settings, const http::Url& wanted, int level);

}  // namespace sso::rules
