#include "portal/portal.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "portal/embedded.hpp"
#include "portal/handlers.hpp"
#include "portal/page.hpp"

namespace sso::portal {

namespace {

struct Route {
    std::string_view method;
    std::string_view path;
    http::Response (*handle)(Visit&);
};

constexpr std::array kRoutes{
    Route{"GET", "/", first_page},       Route{"POST", "/", login},
    Route{"GET", "/logout", ask_logout}, Route{"POST", "/logout", logout},
    Route{"POST", "/basic", basic},      Route{"GET", "/health", health},
    Route{"GET", "/machines", machines}, Route{"POST", "/machines", change_machine},
    Route{"GET", "/upgrade", upgrade},
};

/// What is said when there is nothing to make a page with: no configuration, and so neither a name nor a language.
http::Response plain(int status, std::string_view text) {
    http::Response response;
    response.status = status;
    response.header("Content-Type", "text/plain; charset=utf-8").header("Cache-Control", "no-store");
    response.body = std::string(text) + "\n";
    return response;
}

http::Response out_of_service() {
    http::Response response = plain(503, "This service is not available right now. Please try again in a moment.");
    response.header("Retry-After", "10");
    return response;
}

}  // namespace

http::Response dispatch(Visit& visit) {
    const std::string_view asked = visit.request().method;
    const std::string_view method = asked == "HEAD" ? "GET" : asked;
    std::string allowed;
    for (const Route& route : kRoutes) {
        if (route.path != visit.request().path) continue;
        if (route.method == method) return route.handle(visit);
        if (!allowed.empty()) allowed += ", ";
        allowed += route.method == "GET" ? "GET, HEAD" : route.method;
    }
    if (allowed.empty()) {
        return refusal(visit, 404, "not_found", Message::not_found_title,
                       text(Message::not_found_text, visit.language()));
    }
    http::Response response = refusal(visit, 405, "method_not_allowed", Message::bad_method_title,
                                      text(Message::bad_method_text, visit.language()));
    response.header("Allow", allowed);
    return response;
}

Portal::Portal(std::unique_ptr<config::Source> source, std::string uri, const Clock& clock, LogSink log)
    : keeper_(std::move(source), std::move(uri), [this](const LogLine& line) { pass_on(line); }),
      clock_(clock),
      log_(std::move(log)) {}

void Portal::pass_on(const LogLine& line) const {
    // What a process begins with is no news: a CGI process is one request long.
    const bool beginning = !looked_ && line.level <= LogLevel::notice;
    if (log_ && !beginning) log_(line);
}

Site* Portal::current_site() {
    const SysSeconds now = clock_.now();
    if (looked_ != now) {
        keeper_.refresh();
        renew_site();
    }
    looked_ = now;
    return site_.get();
}

void Portal::renew_site() {
    const auto snapshot = keeper_.current();
    if (snapshot == nullptr) return;
    if (site_ && &site_->snapshot() == snapshot.get() && !site_->is_outdated()) return;
    auto opened = Site::open(snapshot, clock_, log_);
    if (opened) {
        site_ = std::move(*opened);
    } else if (log_) {  // the last site that could be opened serves on, if there was one
        log_({LogLevel::error, 502, "the configuration cannot be put to use: " + opened.error().detail});
    }
}

http::Response Portal::answer(const http::Request& request) {
    if (request.path.starts_with("/static/")) return gateway::static_file(kEmbedded, request);
    try {
        Site* site = current_site();
        if (site == nullptr) return out_of_service();
        Visit visit(*site, request);
        return dispatch(visit);
    } catch (const std::exception& e) {
        if (log_) log_({LogLevel::error, 500, "a request failed: " + printable(e.what())});
    }
    return plain(500, "Something went wrong on our side. Please try again in a moment.");
}

}  // namespace sso::portal
