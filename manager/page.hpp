// The manager's pages: the shell in which the modules of static/ui draw, and pages that say one thing.
#pragma once

#include <string_view>

#include "core/http/message.hpp"

namespace sso::manager {

/// What every page of the web UI is until its modules run. Without JavaScript it says which commands do the same.
/// @param portal_url  where people log in
http::Response application(const http::Request& request, std::string_view portal_url);

/// A text in the languages that the pages speak; which one, Accept-Language says.
struct Words {
    std::string_view english, french;
};

/// A page that says one thing.
http::Response notice(const http::Request& request, std::string_view portal_url, int status, const Words& title,
                      const Words& text);

/// The style sheets, pictures and modules: /static/…
http::Response static_page(const http::Request& request);

}  // namespace sso::manager
