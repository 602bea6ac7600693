#include "gateway/templates.hpp"

#include <stdexcept>

namespace sso::gateway {

Templates::Templates(const Embedded& embedded) {
    constexpr std::string_view kFolder = "templates/";
    for (const EmbeddedFile& file : embedded.files) {
        if (!file.path.starts_with(kFolder)) continue;
        cache_.StringToTemplateCache(marker(file.path.substr(kFolder.size())), marker(file.text),
                                     ctemplate::STRIP_WHITESPACE);
    }
    cache_.Freeze();
}

std::string Templates::expand(std::string_view name, const ctemplate::TemplateDictionary& dictionary) {
    std::string text;
    if (!cache_.ExpandNoLoad(marker(name), ctemplate::STRIP_WHITESPACE, &dictionary, nullptr, &text)) {
        throw std::runtime_error("the template " + std::string(name) + " cannot be expanded");
    }
    return text;
}

}  // namespace sso::gateway
