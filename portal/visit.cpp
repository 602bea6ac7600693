#include "portal/visit.hpp"

#include <algorithm>

#include "core/base/text.hpp"
#include "core/http/header.hpp"
#include "core/session/session_cache.hpp"
#include "portal/refresh.hpp"

namespace sso::portal {
namespace {

constexpr std::string_view kFormCookie = "sso-form-";  // and the tag of its value
constexpr std::size_t kMostFormCookies = 16;
constexpr std::string_view kArrivalsCookie = "sso-arrivals";

std::string with_final_slash(std::string path) {
    if (path.empty() || path.back() != '/') path.push_back('/');
    return path;
}

Result<std::optional<session::Session>> load_session(Site& site, const session::SessionCookie& cookie, SysSeconds now) {
    // What cannot be read is no session: were it an error, its owner could not even sign in anew.
    const auto unreadable = [&](const Error& error) {
        site.log(LogLevel::warning, 518,
                 "session " + cookie.id().hex() + " cannot be read: " + printable(error.detail));
        return std::nullopt;
    };
    const auto sealed = site.store().load(cookie.id(), now);
    if (!sealed) {
        switch (sealed.error().code) {
            case ErrorCode::not_found:
            case ErrorCode::expired:
                return std::nullopt;
            case ErrorCode::corrupt:
                return unreadable(sealed.error());
            default:
                return fail(sealed.error());
        }
    }
    auto opened = sealed->open(cookie);
    if (!opened) return unreadable(opened.error());
    const auto interval = session::SessionCache::touch_interval(site.settings().session.idle_timeout);
    // A use that cannot be noted is no reason to turn anybody away.
    if (now - opened->facts.last_seen >= interval) static_cast<void>(site.store().touch(cookie.id(), now));
    if (opened->stale) return refresh(site, cookie, std::move(*opened), now);
    return std::optional(std::move(*opened));
}

}  // namespace

Visit::Visit(Site& site, const http::Request& request)
    : site_(site),
      request_(request),
      now_(site.now()),
      language_(choose_language(request.header("Accept-Language").value_or(""))),
      wants_json_(http::wants_json(request.header("Accept").value_or(""))),
      base_(with_final_slash(site.settings().portal.url.path())) {}

std::optional<std::string_view> Visit::cookie(std::string_view name) const {
    return http::cookie_value(request_.header("Cookie").value_or(""), name);
}

std::optional<session::SessionCookie> Visit::session_cookie() const {
    const auto value = cookie(settings().cookie.name);
    if (!value) return std::nullopt;
    auto parsed = session::SessionCookie::parse(*value);
    if (!parsed) return std::nullopt;
    return std::move(*parsed);
}

const Result<std::optional<session::Session>>& Visit::session() {
    if (session_) return *session_;
    const auto held = session_cookie();
    session_ = held ? load_session(site_, *held, now_) : Result<std::optional<session::Session>>(std::nullopt);
    if (!*session_) {
        site_.log(LogLevel::error, 503, "the session could not be loaded: " + session_->error().detail);
    }
    return *session_;
}

void Visit::set(http::SetCookie cookie) {
    std::erase_if(set_cookies_, [&](const http::SetCookie& other) { return other.name == cookie.name; });
    set_cookies_.push_back(std::move(cookie));
}

void Visit::set_session_cookie(const session::SessionCookie& cookie) {
    set(session::session_cookie_header(settings().cookie, cookie.text()));
}

void Visit::clear_session_cookie() {
    set(http::expired(session::session_cookie_header(settings().cookie, {})));
}

std::string Visit::own_cookie_name(std::string_view name) const {
    return (settings().portal.url.is_https() ? "__Host-" : "") + std::string(name);
}

http::SetCookie Visit::own_cookie(std::string_view name, std::string value) const {
    http::SetCookie header;
    header.name = name;
    header.value = std::move(value);
    header.secure = settings().portal.url.is_https();
    return header;
}

std::vector<std::pair<std::string, std::string>> Visit::form_cookies() const {
    std::vector<std::pair<std::string, std::string>> found;
    const std::string prefix = own_cookie_name(kFormCookie);
    for (const std::string_view part : split(request_.header("Cookie").value_or(""), ';')) {
        const std::string_view pair = trim(part);
        const auto equals = pair.find('=');
        if (!pair.starts_with(prefix) || equals == pair.npos) continue;
        const std::string_view value = pair.substr(equals + 1);
        if (!FormTokens::is_browser(value)) continue;
        const std::string name = prefix + std::string(FormTokens::tag_of_browser(value));
        if (pair.substr(0, equals) == name) found.emplace_back(name, value);
    }
    return found;
}

// All tabs of a browser share its form cookie. Tabs that are opened at the same moment, before there is one, each get
// their own: with one name for all, the answer that comes last would void the other tabs' forms.
std::string Visit::token(std::string_view form) {
    if (browser_.empty()) {
        const auto held = form_cookies();
        browser_ = held.empty() ? FormTokens::new_browser() : held.front().second;
        const std::string name = own_cookie_name(kFormCookie) + std::string(FormTokens::tag_of_browser(browser_));
        if (held.empty()) set(own_cookie(name, browser_));
        for (std::size_t i = kMostFormCookies; i < held.size(); ++i) set(http::expired(own_cookie(held[i].first, "")));
    }
    return site_.form_tokens().issue(form, browser_, now_);
}

void Visit::tidy_form_cookies() {
    const auto held = form_cookies();
    for (std::size_t i = 1; i < held.size(); ++i) set(http::expired(own_cookie(held[i].first, "")));
}

bool Visit::is_own_form(std::string_view form, const http::Form& fields) const {
    const auto origin = request_.header("Origin");
    if (origin && *origin != settings().portal.url.origin()) return false;
    const auto fetch_site = request_.header("Sec-Fetch-Site");
    if (fetch_site && *fetch_site != "same-origin" && *fetch_site != "none") return false;
    const std::string* token = fields.find("token");
    if (token == nullptr) return false;
    const auto browser = cookie(own_cookie_name(kFormCookie) + std::string(FormTokens::tag_of_token(*token)));
    return browser && site_.form_tokens().accepts(*token, form, *browser, now_);
}

Destination Visit::destination(const http::Form& fields) const {
    Destination wanted;
    const std::string* given = fields.find("url");
    if (given == nullptr || given->empty()) return wanted;
    auto url = rules::ReturnUrl::parse(*given, settings());
    if (url) {
        wanted.url = std::move(*url);
    } else {
        wanted.refused = true;
        site_.log(LogLevel::notice, 515,
                  "return address refused: \"" + printable(*given) + "\" from " +
                      printable(request_.variable("REMOTE_ADDR")));
    }
    return wanted;
}

Arrivals::Lap Visit::arrive(std::string_view address) {
    const auto held = cookie(own_cookie_name(kArrivalsCookie));
    Arrivals::Lap lap = site_.arrivals().arrive(held.value_or(""), address, now_);
    http::SetCookie header = own_cookie(own_cookie_name(kArrivalsCookie), lap.cookie);
    header.max_age = Arrivals::kWindow;
    set(std::move(header));
    return lap;
}

void Visit::forget_arrivals() {
    set(http::expired(own_cookie(own_cookie_name(kArrivalsCookie), "")));
}

bool Visit::has_just_arrived() const {
    const auto held = cookie(own_cookie_name(kArrivalsCookie));
    return held && site_.arrivals().is_recent(*held, now_);
}

}  // namespace sso::portal
