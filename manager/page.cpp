#include "manager/page.hpp"

namespace sso::manager {

extern const gateway::Embedded kEmbedded;

namespace {

gateway::Templates& templates() {
    static gateway::Templates parsed(kEmbedded);
    return parsed;
}

}  // namespace

std::string base_of(const http::Request& request) {
    std::string base(request.variable("SCRIPT_NAME"));
    if (!base.ends_with('/')) base.push_back('/');
    return base;
}

Page::Page(const http::Request& request, std::string_view portal_url, std::string_view name, std::string_view title)
    : frame_(std::make_unique<ctemplate::TemplateDictionary>("page")),
      content_(frame_->AddIncludeDictionary("CONTENT")) {
    content_->SetFilename(std::string(name));
    frame_->SetValue("TITLE", gateway::marker(title));
    frame_->SetValue("BASE", base_of(request));
    frame_->SetValue("ASSETS", gateway::marker(kEmbedded.version));
    frame_->SetValue("PORTAL_URL", gateway::marker(portal_url));
    frame_->SetValue("PERSON", gateway::marker(request.variable("REMOTE_USER")));
}

http::Response Page::response(int status) {
    http::Response response;
    response.status = status;
    response.header("Content-Type", "text/html; charset=utf-8")
        .header("Content-Language", "en")
        .header("Cache-Control", "no-store")
        .header("Content-Security-Policy",
                "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; "
                "base-uri 'none'")
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "same-origin");
    response.body = templates().expand("layout.tpl", *frame_);
    return response;
}

http::Response notice(const http::Request& request, std::string_view portal_url, int status, std::string_view title,
                      std::string_view text) {
    Page page(request, portal_url, "notice.tpl", title);
    page.content().SetValue("NOTICE_TITLE", gateway::marker(title));
    page.content().SetValue("NOTICE_TEXT", gateway::marker(text));
    return page.response(status);
}

http::Response static_page(const http::Request& request) {
    return gateway::static_file(kEmbedded, request);
}

}  // namespace sso::manager
