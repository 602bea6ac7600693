// The HTML of a program: ctemplate over what is embedded. Text enters a page through a template's markers alone, and
// ctemplate escapes each for the place where it stands ({{%AUTOESCAPE}} heads every template).
#pragma once

#include <ctemplate/template.h>

#include <memory>
#include <string>
#include <string_view>

#include "gateway/embedded.hpp"

namespace sso::gateway {

/// A view as ctemplate takes it. Lives as long as `text`.
inline ctemplate::TemplateString marker(std::string_view text) {
    return {text.data(), text.size()};
}

/// The files of `embedded` under templates/, parsed once. No file is ever looked for at run time.
class Templates {
  public:
    explicit Templates(const Embedded& embedded);

    /// The template `name` ("layout.tpl") filled from `dictionary`. Throws std::runtime_error for a template that is
    /// not there or not well-formed: a mistake of the program, which the first test of the page shows.
    [[nodiscard]] std::string expand(std::string_view name, const ctemplate::TemplateDictionary& dictionary);

  private:
    ctemplate::TemplateCache cache_;
};

}  // namespace sso::gateway
