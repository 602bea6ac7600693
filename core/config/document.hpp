// Where a configuration lives: a file that a person edits (`file:/etc/mod_sso/sso.toml`), or numbered versions in a
// folder (`dir:/var/lib/mod_sso/conf`) or on a Redis server (`redis://host`).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace sso::config {

/// A configuration's text as it was read at one moment.
struct Document {
    std::string origin;   ///< for messages: the file's path
    std::string version;  ///< changes whenever the text does: a short hash of it, or a version's id
    std::string text;
};

class Versions;

/// A place that holds a configuration. Callable from several threads at once.
class Source {
  public:
    virtual ~Source() = default;
    [[nodiscard]] virtual Result<Document> fetch() const = 0;
    /// A cheap mark (stat) that differs whenever `fetch` would give something else; asked each second.
    [[nodiscard]] virtual Result<std::string> mark() const = 0;
    /// Where versions are published and looked up; null for a place that only a person writes to. Lives with this.
    [[nodiscard]] virtual Versions* versions() const noexcept { return nullptr; }
};

inline constexpr std::string_view kDefaultUri = "file:/etc/mod_sso/sso.toml";

/// Opens every kind of place: file:PATH (or the path alone), dir:FOLDER, redis://…, rediss://…, redis+unix://….
/// @return `invalid` for a URI of a kind we do not have, with what would be right; for redis: as read_secret_file
Result<std::unique_ptr<Source>> open_source(std::string_view uri);

/// A URI as it may be shown: what stands between "://" and the last "@", perhaps a password, is masked.
std::string shown_uri(std::string_view uri);

}  // namespace sso::config
