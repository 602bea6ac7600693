// What the portal says, in each of its languages (messages.def).
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace sso::portal {

enum class Language { english, french };

enum class Message {
#define MESSAGE(name, english, french) name,
#include "portal/messages.def"
#undef MESSAGE
};

/// The best of our languages for an Accept-Language header (RFC 9110 §12.5.4); English when none of them is asked for.
Language choose_language(std::string_view accept_language);
std::string_view tag(Language language) noexcept;  ///< RFC 5646: "en", "fr"

std::string_view text(Message message, Language language) noexcept;
/// The same with "{}" replaced.
std::string text(Message message, Language language, std::string_view filling);

/// Every message with its name, for the templates' markers.
struct NamedMessage {
    std::string_view name;
    Message message;
};
inline constexpr std::array kMessages{
#define MESSAGE(name, english, french) NamedMessage{#name, Message::name},
#include "portal/messages.def"
#undef MESSAGE
};

}  // namespace sso::portal
