#include "manager/page.hpp"

#include <array>
#include <string>

#include "core/http/header.hpp"
#include "gateway/templates.hpp"

namespace sso::manager {

extern const gateway::Embedded kEmbedded;

namespace {

using ctemplate::TemplateDictionary;

enum class Language { english, french };

std::string_view in(Language language, const Words& words) noexcept {
    return language == Language::french ? words.french : words.english;
}

struct Marker {
    const char* name;
    Words words;
};
constexpr std::array kMarkers{
    Marker{"M_SKIP", {"Skip to the content", "Aller au contenu"}},
    Marker{"M_MANAGER", {"mod_sso manager", "gestionnaire mod_sso"}},
    Marker{"M_PAGES", {"Pages", "Pages"}},
    Marker{"M_SIGNED_IN_AS", {"Signed in as", "Connecté en tant que"}},
    Marker{"M_PORTAL", {"Portal", "Portail"}},
    Marker{
        "M_NEEDS_SCRIPT",
        {"These pages need JavaScript. All that they do can be done without, on the command line of the server:",
         "Ces pages nécessitent JavaScript. Tout ce qu’elles font peut se faire sans lui, en ligne de commande sur le "
         "serveur :"}},
};

struct Command {
    std::string_view line;
    Words words;
};
constexpr std::array kCommands{
    Command{"ssoctl config show", {"the configuration", "la configuration"}},
    Command{"ssoctl config set KEY VALUE -m WHY", {"change a setting or a rule", "modifier un paramètre ou une règle"}},
    Command{"ssoctl config list", {"versions: who, when, why", "les versions : qui, quand, pourquoi"}},
    Command{"ssoctl config rollback N", {"go back to a version", "revenir à une version"}},
    Command{"ssoctl session list --user NAME", {"live sessions", "les sessions en cours"}},
    Command{"ssoctl session delete --user NAME", {"end them", "les terminer"}},
    Command{"ssoctl explain --user NAME URL", {"why a page opens or not", "pourquoi une page s’ouvre ou non"}},
};

Language language_of(const http::Request& request) {
    const auto accepted = request.header("Accept-Language").value_or("");
    return http::best_language(accepted, {"en", "fr"}) == "fr" ? Language::french : Language::english;
}

gateway::Templates& templates() {
    static gateway::Templates parsed(kEmbedded);
    return parsed;
}

/// The manager's own path, with a slash at its end.
std::string base_of(const http::Request& request) {
    std::string base(request.variable("SCRIPT_NAME"));
    if (!base.ends_with('/')) base.push_back('/');
    return base;
}

/// The frame that all pages share, around the template `name`. Fill `content`, then ask for the response.
class Page {
  public:
    Page(const http::Request& request, std::string_view portal_url, std::string_view name)
        : language_(language_of(request)), content_(frame_.AddIncludeDictionary("CONTENT")) {
        content_->SetFilename(std::string(name));
        for (const Marker& each : kMarkers) {
            frame_.SetTemplateGlobalValue(each.name, gateway::marker(in(language_, each.words)));
        }
        frame_.SetValue("LANGUAGE", language_ == Language::french ? "fr" : "en");
        frame_.SetValue("TITLE", gateway::marker(in(language_, kMarkers[1].words)));
        frame_.SetValue("BASE", base_of(request));
        frame_.SetValue("ASSETS", gateway::marker(kEmbedded.version));
        frame_.SetValue("PORTAL_URL", gateway::marker(portal_url));
        frame_.SetValue("PERSON", gateway::marker(request.variable("REMOTE_USER")));
    }

    [[nodiscard]] Language language() const noexcept { return language_; }
    [[nodiscard]] TemplateDictionary& frame() noexcept { return frame_; }
    [[nodiscard]] TemplateDictionary& content() noexcept { return *content_; }

    [[nodiscard]] http::Response response(int status) const {
        http::Response response;
        response.status = status;
        // Trusted Types: what a module would write as HTML, the browser refuses
        response.header("Content-Type", "text/html; charset=utf-8")
            .header("Content-Language", language_ == Language::french ? "fr" : "en")
            .header("Vary", "Accept-Language")
            .header("Cache-Control", "no-store")
            .header("Content-Security-Policy",
                    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; "
                    "trusted-types 'none'")
            .header("X-Content-Type-Options", "nosniff")
            .header("Referrer-Policy", "same-origin");
        response.body = templates().expand("layout.tpl", frame_);
        return response;
    }

  private:
    Language language_;
    TemplateDictionary frame_{"page"};
    TemplateDictionary* content_;  // the frame owns it
};

}  // namespace

http::Response application(const http::Request& request, std::string_view portal_url) {
    Page page(request, portal_url, "application.tpl");
    page.frame().ShowSection("SCRIPT");
    for (const Command& each : kCommands) {
        auto* row = page.content().AddSectionDictionary("COMMAND");
        row->SetValue("COMMAND_LINE", gateway::marker(each.line));
        row->SetValue("COMMAND_TEXT", gateway::marker(in(page.language(), each.words)));
    }
    return page.response(200);
}

http::Response notice(const http::Request& request, std::string_view portal_url, int status, const Words& title,
                      const Words& text) {
    Page page(request, portal_url, "notice.tpl");
    page.frame().SetValue("TITLE", gateway::marker(in(page.language(), title)));
    page.content().SetValue("NOTICE_TITLE", gateway::marker(in(page.language(), title)));
    page.content().SetValue("NOTICE_TEXT", gateway::marker(in(page.language(), text)));
    return page.response(status);
}

http::Response static_page(const http::Request& request) {
    return gateway::static_file(kEmbedded, request);
}

}  // namespace sso::manager
