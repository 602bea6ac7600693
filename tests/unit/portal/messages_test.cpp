#include "portal/messages.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "core/base/text.hpp"
#include "portal/embedded.hpp"

namespace sso::portal {
namespace {

TEST(Messages, SpeakTheFirstLanguageOfTheBrowserThatTheyKnow) {
    EXPECT_EQ(choose_language("fr"), Language::french);
    EXPECT_EQ(choose_language("fr-CA,en;q=0.8"), Language::french);
    EXPECT_EQ(choose_language("en-GB,en;q=0.9,fr;q=0.8"), Language::english);
    EXPECT_EQ(choose_language("de,FR;q=0.5,en;q=0.4"), Language::french);
    EXPECT_EQ(choose_language("fr;q=0.1,en;q=0.9"), Language::english);
}

TEST(Messages, SpeakEnglishToThoseWhoAskForNothingTheyKnow) {
    for (const std::string_view header : {"", "de", "*", "frisian", ";;;,q=", "f"}) {
        EXPECT_EQ(choose_language(header), Language::english) << header;
    }
}

TEST(Messages, HaveATextInEveryLanguage) {
    for (const NamedMessage& named : kMessages) {
        for (const Language language : {Language::english, Language::french}) {
            EXPECT_FALSE(text(named.message, language).empty()) << named.name;
            EXPECT_TRUE(is_utf8(text(named.message, language))) << named.name;
        }
        const bool filled = text(named.message, Language::english).find("{}") != std::string_view::npos;
        const bool filled_in_french = text(named.message, Language::french).find("{}") != std::string_view::npos;
        EXPECT_EQ(filled, filled_in_french) << named.name;
    }
}

TEST(Messages, TakeTheirFillingAsItIs) {
    EXPECT_NE(text(Message::too_many_text, Language::french, "{}7").find("patienter {}7 minutes"), std::string::npos);
}

TEST(Messages, AreThereForEveryMarkerInATemplate) {
    std::set<std::string, std::less<>> names;
    for (const NamedMessage& named : kMessages) names.emplace(named.name);
    const std::regex marker(R"(\{\{M_([A-Za-z0-9_]*)[^}]*\}\})");
    std::size_t seen = 0;
    for (const gateway::EmbeddedFile& file : kEmbedded.files) {
        const std::string content(file.text);
        for (std::sregex_iterator at(content.begin(), content.end(), marker); at != std::sregex_iterator(); ++at) {
            EXPECT_TRUE(names.contains((*at)[1].str())) << file.path << ": " << (*at)[0];
            ++seen;
        }
    }
    EXPECT_GT(seen, 10U);
}

TEST(Templates, EscapeEveryMarkerByTheirContext) {
    std::size_t seen = 0;
    for (const gateway::EmbeddedFile& file : kEmbedded.files) {
        if (!file.path.ends_with(".tpl")) continue;
        ++seen;
        EXPECT_TRUE(file.text.starts_with("{{%AUTOESCAPE context=\"HTML\"}}\n")) << file.path;
        EXPECT_EQ(file.text.find(":none"), std::string_view::npos) << file.path;
        EXPECT_EQ(file.text.find("<script"), std::string_view::npos) << file.path;
        EXPECT_EQ(file.text.find("style="), std::string_view::npos) << file.path;
    }
    EXPECT_EQ(seen, 6U);
}

}  // namespace
}  // namespace sso::portal
