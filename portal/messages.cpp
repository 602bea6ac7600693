#include "portal/messages.hpp"

#include "core/http/header.hpp"

namespace sso::portal {
namespace {

struct Texts {
    std::string_view english, french;
};

constexpr std::array kTexts{
#define MESSAGE(name, english, french) Texts{english, french},
#include "portal/messages.def"
#undef MESSAGE
};

}  // namespace

Language choose_language(std::string_view accept_language) {
    const auto best = http::best_language(accept_language, {tag(Language::english), tag(Language::french)});
    return best == tag(Language::french) ? Language::french : Language::english;
}

std::string_view tag(Language language) noexcept {
    return language == Language::french ? "fr" : "en";
}

std::string_view text(Message message, Language language) noexcept {
    const Texts& texts = kTexts[static_cast<std::size_t>(message)];
    return language == Language::french ? texts.french : texts.english;
}

std::string text(Message message, Language language, std::string_view filling) {
    std::string filled(text(message, language));
    const auto hole = filled.find("{}");
    if (hole != filled.npos) filled.replace(hole, 2, filling);
    return filled;
}

}  // namespace sso::portal
