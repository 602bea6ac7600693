#include "mod_sso/refusal_page.hpp"

#include "core/base/text.hpp"
#include "core/http/header.hpp"
#include "core/http/html.hpp"
#include "mod_sso/request_view.hpp"

namespace sso::httpd {
namespace {

struct Text {
    std::string_view title, explanation;
};

struct Words {
    std::string_view language, signed_in_as, to_menu, as_another;
    Text refusal, level, maintenance;
};

constexpr Words kEnglish{
    "en",
    "You are signed in as",
    "Your applications",
    "Sign in as somebody else",
    {"You may not open this page",
     "This account does not have the right to it. If you need it, ask the administrator of the application."},
    {"This page needs a stronger sign-in",
     "There is no way to sign in here that is strong enough for it. Ask the administrator of the application."},
    {"Back in a while", "This application is being worked on. Please try again later."}};
constexpr Words kFrench{
    "fr",
    "Vous êtes connecté en tant que",
    "Vos applications",
    "Se connecter avec un autre compte",
    {"Vous ne pouvez pas ouvrir cette page",
     "Ce compte n’y a pas droit. Si vous en avez besoin, adressez-vous à l’administrateur de l’application."},
    {"Cette page demande une connexion plus forte",
     "Aucun moyen de se connecter ici n’est assez fort pour elle. Adressez-vous à l’administrateur de l’application."},
    {"De retour bientôt", "Cette application est en maintenance. Veuillez réessayer plus tard."}};

// The portal's look (portal/static/portal.css) in what one page needs: an application's host has no place for a file.
constexpr std::string_view kStyle =
    ":root{color-scheme:light dark;--g:#f2f4f8;--s:#fff;--l:#d9dfe8;--t:#17202e;--m:#535f73;--a:#2457c5;--o:#fff}"
    "@media(prefers-color-scheme:dark){:root{--g:#10151d;--s:#19202b;--l:#2b3544;--t:#e8edf5;--m:#a7b3c5;--a:#8ab4ff;"
    "--o:#0a1b38}}"
    "*{box-sizing:border-box}body{margin:0;padding:clamp(1.25rem,12vh,7rem) 1.25rem;background:var(--g);color:var(--t);"
    "font:1rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif}"
    "main{max-width:30rem;margin:0 auto;padding:clamp(1.5rem,6vw,2.5rem);background:var(--s);border:1px solid var(--l);"
    "border-radius:14px}h1{margin:0;font-size:1.625rem;line-height:1.25;text-wrap:balance}p{margin:1rem 0 "
    "0;overflow-wrap:anywhere}"
    ".m{color:var(--m)}a{display:inline-block;margin:.5rem 1.25rem 0 0;padding:.625rem 0;color:var(--a)}"
    "a.b{padding:.625rem 1.25rem;border-radius:8px;background:var(--a);color:var(--o);font-weight:600;"
    "text-decoration:none}a:focus-visible{outline:3px solid var(--a);outline-offset:2px}";

const Words& words_for(request_rec* r) {
    const auto best = http::best_language(view(apr_table_get(r->headers_in, "Accept-Language")),
                                          {kEnglish.language, kFrench.language});
    return best == kFrench.language ? kFrench : kEnglish;
}

bool has_error_document(request_rec* r, int status) {
    const auto* core = static_cast<const core_dir_config*>(ap_get_core_module_config(r->per_dir_config));
    const int index = ap_index_of_response(status);
    return core->response_code_exprs != nullptr &&
           apr_hash_get(core->response_code_exprs, &index, sizeof index) != nullptr;
}

/// Well-formed UTF-8 in ASCII: httpd declares its error texts as ISO-8859-1.
std::string ascii(std::string_view utf8) {
    std::string text;
    for (std::size_t at = 0; at < utf8.size();) {
        const auto lead = static_cast<unsigned char>(utf8[at]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (length == 1) {
            text += utf8[at];
        } else {
            std::uint32_t point = lead & (0x7FU >> length);
            for (std::size_t i = 1; i < length && at + i < utf8.size(); ++i) {
                point = point << 6U | (static_cast<unsigned char>(utf8[at + i]) & 0x3FU);
            }
            text += "&#" + std::to_string(point) + ";";
        }
        at += length;
    }
    return text;
}

/// The page's beginning, up to what stands below the heading.
std::string page_head(const Words& words, const Text& text) {
    return "<!DOCTYPE html>\n<html lang=\"" + std::string(words.language) +
           "\"><head><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>" +
           std::string(text.title) + "</title><style>" + std::string(kStyle) + "</style></head>\n<body><main><h1>" +
           std::string(text.title) + "</h1>\n";
}

std::string explained(const Text& text) {
    return "<p>" + std::string(text.explanation) + "</p>\n";
}

/// A page for somebody who is known, mostly, with the ways that lead on from it.
void show_forbidden(request_rec* r, const config::Settings& settings, std::string_view user, Text Words::*which) {
    if (has_error_document(r, HTTP_FORBIDDEN) || is_script(r)) return;
    const Words& words = words_for(r);
    const http::Url& portal = settings.portal.url;
    std::string page = page_head(words, words.*which);
    if (!user.empty()) {
        page += "<p class=\"m\">" + std::string(words.signed_in_as) + " <strong>" +
                http::html::text(is_utf8(user) ? std::string(user) : printable(user)) + "</strong></p>\n";
    }
    page += explained(words.*which) + "<p><a class=\"b\" href=\"" + http::html::url(portal.text()) + "\">" +
            std::string(words.to_menu) + "</a><a href=\"" +
            http::html::url(portal.with_path(portal.path() + "logout").text()) + "\">" + std::string(words.as_another) +
            "</a></p></main></body></html>\n";
    ap_custom_response(r, HTTP_FORBIDDEN, pool_copy(r->pool, ascii(page)));
}

}  // namespace

void show_refusal_page(request_rec* r, const config::Settings& settings, std::string_view user) {
    show_forbidden(r, settings, user, &Words::refusal);
}

void show_level_page(request_rec* r, const config::Settings& settings, std::string_view user) {
    show_forbidden(r, settings, user, &Words::level);
}

void show_maintenance_page(request_rec* r) {
    if (has_error_document(r, HTTP_SERVICE_UNAVAILABLE) || is_script(r)) return;
    const Words& words = words_for(r);
    const std::string page =
        page_head(words, words.maintenance) + explained(words.maintenance) + "</main></body></html>\n";
    ap_custom_response(r, HTTP_SERVICE_UNAVAILABLE, pool_copy(r->pool, ascii(page)));
}

}  // namespace sso::httpd
