// A page of the portal: a template, what it shows, and the headers that every answer bears.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "core/http/message.hpp"
#include "portal/visit.hpp"

namespace sso::portal {

/// Text goes into a template through its markers alone, and ctemplate escapes each for the place where it stands
/// (AUTOESCAPE in every template): nothing here takes HTML.
class Page {
  public:
    /// @param content  the template inside the frame: "login.tpl"
    Page(Visit& visit, std::string_view content, Message title);
    ~Page();
    Page(const Page&) = delete;
    Page& operator=(const Page&) = delete;

    using Values = std::initializer_list<std::pair<std::string_view, std::string_view>>;
    /// Sets a marker in the content.
    Page& set(std::string_view marker, std::string_view value);
    /// Shows a section of the content once more, with markers of its own. One that stands within another is seen
    /// whenever the outer one is shown too.
    Page& show(std::string_view section, Values values = {});
    /// Shows what went wrong, ties it to the fields when they are at fault, and says so in the title.
    enum class Fault { form, fields };
    Page& error(Message message, Fault fault);
    /// The bar at the top names this person and has the button to sign out.
    Page& signed_in(std::string_view person);

    /// The form's answer may redirect to this origin.
    Page& leads_to(std::string_view origin);

    [[nodiscard]] http::Response response(int status);

  private:
    struct Parts;
    Visit& visit_;
    std::unique_ptr<Parts> parts_;
};

/// A page that tells one thing and leads on.
http::Response notice_page(Visit& visit, int status, Message title, std::initializer_list<std::string> paragraphs,
                           Message link_text, std::string_view link_url);

/// Sends the browser to another address: 302 after GET, 303 after POST.
http::Response redirect(Visit& visit, std::string_view address);

/// @param json  one JSON text
http::Response json_response(Visit& visit, int status, std::string json);
/// {"error": name}
http::Response json_error(Visit& visit, int status, std::string_view name);

/// An answer for whoever asks: the JSON error where JSON is wanted, else the notice page, which leads to the first
/// page.
http::Response refusal(Visit& visit, int status, std::string_view name, Message title, std::string_view text);
/// The store or the directory does not answer: 503 with Retry-After.
http::Response unavailable(Visit& visit);

/// Headers of every answer that is not a static file.
void add_security_headers(http::Response& response, const config::Settings& settings,
                          std::string_view first_form_target = {});
/// The origins that a form's answer may redirect to, for form-action (Chromium holds redirects to it): the portal's
/// own, `first`, and the virtual hosts', as many as a header of 4 kB can hold.
std::string form_targets(const config::Settings& settings, std::string_view first);

}  // namespace sso::portal
