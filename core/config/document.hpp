// Where a configuration lives: `file:/etc/mod_sso/sso.toml`; one text, one version.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace sso::config {

/// A configuration's text as it was read at one moment.
struct Document {
    std::string origin;   ///< for messages: the file's path
    std::string version;  ///< changes whenever the text does: a short hash of it
    std::string text;
};

/// A place that holds a configuration. Callable from several threads at once.
class Source {
  public:
    virtual ~Source() = default;
    [[nodiscard]] virtual Result<Document> fetch() const = 0;
    /// A cheap mark (stat) that differs whenever `fetch` would give something else; asked each second.
    [[nodiscard]] virtual Result<std::string> mark() const = 0;
};

inline constexpr std::string_view kDefaultUri = "file:/etc/mod_sso/sso.toml";

/// @return `invalid` for a URI of a kind we do not have, with what would be right
Result<std::unique_ptr<Source>> open_source(std::string_view uri);

}  // namespace sso::config
