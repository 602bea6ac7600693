#include "portal/page.hpp"

#include <nlohmann/json.hpp>

#include "core/config/names.hpp"
#include "gateway/templates.hpp"
#include "portal/embedded.hpp"

namespace sso::portal {
namespace {

constexpr std::size_t kFormTargetsLimit = 4096;
constexpr std::string_view kRetryAfter = "10";  // seconds
constexpr std::string_view kLayout = "layout.tpl";

using gateway::marker;

/// Parsed once a process.
gateway::Templates& templates() {
    static gateway::Templates made(kEmbedded);
    return made;
}

}  // namespace

struct Page::Parts {
    explicit Parts(std::string_view content_template) : frame("page"), content(frame.AddIncludeDictionary("CONTENT")) {
        content->SetFilename(std::string(content_template));
    }
    ctemplate::TemplateDictionary frame;
    ctemplate::TemplateDictionary* content;  // the frame owns it
    std::string first_form_target;
};

Page::Page(Visit& visit, std::string_view content, Message title)
    : visit_(visit), parts_(std::make_unique<Parts>(content)) {
    ctemplate::TemplateDictionary& frame = parts_->frame;
    const auto set_everywhere = [&frame](std::string_view name, std::string_view value) {
        frame.SetTemplateGlobalValue(marker(name), marker(value));  // an included template sees global values alone
    };
    for (const NamedMessage& named : kMessages) {
        set_everywhere("M_" + std::string(named.name), text(named.message, visit.language()));
    }
    set_everywhere("LANGUAGE", tag(visit.language()));
    set_everywhere("TITLE", text(title, visit.language()));
    set_everywhere("PORTAL_HOST", visit.settings().portal.url.host());
    set_everywhere("BASE", visit.base());
    set_everywhere("ASSETS", kEmbedded.version);
}

Page::~Page() = default;

Page& Page::set(std::string_view name, std::string_view value) {
    parts_->content->SetValue(marker(name), marker(value));
    return *this;
}

Page& Page::show(std::string_view section, Values values) {
    ctemplate::TemplateDictionary* dictionary = parts_->content->AddSectionDictionary(marker(section));
    for (const auto& [name, value] : values) dictionary->SetValue(marker(name), marker(value));
    return *this;
}

Page& Page::error(Message message, Fault fault) {
    parts_->frame.ShowSection("HAS_ERROR");
    if (fault == Fault::fields) parts_->content->ShowSection("FIELD_ERROR");
    return show("ERROR", {{"ERROR_TEXT", text(message, visit_.language())}});
}

Page& Page::signed_in(std::string_view person) {
    ctemplate::TemplateDictionary* bar = parts_->frame.AddSectionDictionary("SIGNED_IN");
    bar->SetValue("PERSON", marker(person));
    bar->SetValue("TOKEN", visit_.token("logout"));
    return *this;
}

Page& Page::leads_to(std::string_view origin) {
    parts_->first_form_target = origin;
    return *this;
}

http::Response Page::response(int status) {
    http::Response response;
    response.status = status;
    response.header("Content-Type", "text/html; charset=utf-8")
        .header("Content-Language", tag(visit_.language()))
        .header("Vary", "Accept, Accept-Language, Cookie");
    add_security_headers(response, visit_.settings(), parts_->first_form_target);
    for (const http::SetCookie& cookie : visit_.set_cookies()) response.header("Set-Cookie", cookie.text());
    response.body = templates().expand(kLayout, parts_->frame);
    return response;
}

http::Response notice_page(Visit& visit, int status, Message title, std::initializer_list<std::string> paragraphs,
                           Message link_text, std::string_view link_url) {
    Page page(visit, "notice.tpl", title);
    for (const std::string& paragraph : paragraphs) page.show("PARAGRAPH", {{"PARAGRAPH_TEXT", paragraph}});
    page.show("LINK", {{"LINK_TEXT", text(link_text, visit.language())}, {"LINK_URL", link_url}});
    return page.response(status);
}

http::Response redirect(Visit& visit, std::string_view address) {
    http::Response response;
    response.status = visit.request().method == "POST" ? 303 : 302;
    response.header("Location", address);
    add_security_headers(response, visit.settings());
    for (const http::SetCookie& cookie : visit.set_cookies()) response.header("Set-Cookie", cookie.text());
    return response;
}

http::Response json_response(Visit& visit, int status, std::string json) {
    http::Response response;
    response.status = status;
    response.header("Content-Type", "application/json").header("Vary", "Accept, Cookie");
    if (status == 401) {
        response.header("WWW-Authenticate", "SSO realm=\"" + visit.settings().portal.url.text() + "\"");
    }
    add_security_headers(response, visit.settings());
    for (const http::SetCookie& cookie : visit.set_cookies()) response.header("Set-Cookie", cookie.text());
    response.body = std::move(json);
    response.body.push_back('\n');
    return response;
}

http::Response json_error(Visit& visit, int status, std::string_view name) {
    return json_response(visit, status, nlohmann::json{{"error", name}}.dump());
}

http::Response refusal(Visit& visit, int status, std::string_view name, Message title, std::string_view paragraph) {
    if (visit.wants_json()) return json_error(visit, status, name);
    return notice_page(visit, status, title, {std::string(paragraph)}, Message::to_first_page, visit.base());
}

http::Response unavailable(Visit& visit) {
    http::Response response = refusal(visit, 503, "unavailable", Message::unavailable_title,
                                      text(Message::unavailable_text, visit.language()));
    response.header("Retry-After", kRetryAfter);
    return response;
}

std::string form_targets(const config::Settings& settings, std::string_view first) {
    std::string targets = "'self'";
    const auto add = [&targets](const std::string& origin) {
        if (origin.empty() || targets.size() + origin.size() + 1 > kFormTargetsLimit) return;
        if ((targets + " ").find(" " + origin + " ") == std::string::npos) targets += " " + origin;
    };
    add(std::string(first));
    for (const config::VirtualHostSettings& host : settings.virtual_hosts) {
        const http::Url url = settings.url_of(host);
        const bool is_suffix =
            host.name.starts_with("*.") && !config::is_wildcard(std::string_view(host.name).substr(1));
        if (!config::is_wildcard(host.name)) add(url.origin());
        if (is_suffix) add(url.with_host(host.name).origin());  // the one wildcard that the policy's language knows
        for (const std::string& alias : host.aliases) add(settings.url_of(host, alias).origin());
    }
    return targets;
}

void add_security_headers(http::Response& response, const config::Settings& settings,
                          std::string_view first_form_target) {
    // Referrer-Policy: with no-referrer the browser would send "Origin: null" with our own forms.
    response.header("Cache-Control", "no-store")
        .header("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action " +
                                               form_targets(settings, first_form_target) +
                                               "; frame-ancestors 'none'; base-uri 'none'")
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "same-origin");
    if (settings.portal.url.is_https()) response.header("Strict-Transport-Security", "max-age=31536000");
}

}  // namespace sso::portal
