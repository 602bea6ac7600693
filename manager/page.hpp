// A page of the manager: a template in the frame that all share.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/http/message.hpp"
#include "gateway/templates.hpp"

namespace sso::manager {

/// One request's page under construction. `content` fills the markers of the template inside the frame.
class Page {
  public:
    /// @param name   the template inside the frame: "sessions.tpl"
    Page(const http::Request& request, std::string_view portal_url, std::string_view name, std::string_view title);

    [[nodiscard]] ctemplate::TemplateDictionary& frame() noexcept { return *frame_; }
    [[nodiscard]] ctemplate::TemplateDictionary& content() noexcept { return *content_; }
    [[nodiscard]] http::Response response(int status);

  private:
    std::unique_ptr<ctemplate::TemplateDictionary> frame_;
    ctemplate::TemplateDictionary* content_;  // the frame owns it
};

/// The manager's own path, with a slash at its end.
std::string base_of(const http::Request& request);

/// A page that says one thing.
http::Response notice(const http::Request& request, std::string_view portal_url, int status, std::string_view title,
                      std::string_view text);

http::Response static_page(const http::Request& request);

}  // namespace sso::manager
