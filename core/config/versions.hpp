// Configurations that are kept in numbered versions: who made each, when and why. One interface, one contract suite
// (tests/contract/config), two places: a folder (dir:) and a Redis server that several hosts share (redis://).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/config/document.hpp"

namespace sso::config {

/// What is known of a version beside its text.
struct VersionInfo {
    std::uint64_t number = 0;  ///< from 1, without gaps
    std::string author;
    SysSeconds date;
    std::string message;
    friend bool operator==(const VersionInfo&, const VersionInfo&) = default;
};

/// One version. Never changes once it is there.
struct Version {
    VersionInfo info;
    std::string text;  ///< ends in a line break
    std::string id;    ///< the number and a piece of the digest, "42-1a2b3c4d": no other version ever bears it
};

/// A version to be. Author and message are one line each, of plain UTF-8, at most kMostAuthor and kMostMessage bytes.
struct Draft {
    std::string text;
    std::string author;
    SysSeconds date;
    std::string message;
};
inline constexpr std::size_t kMostAuthor = 256;
inline constexpr std::size_t kMostMessage = 500;

/// Callable from several threads and processes at once. Every operation may answer `unavailable` (a retry is of use),
/// `refused` (permissions, passwords) or `corrupt` (a version that is not what was published; it is never given out).
class Versions {
  public:
    virtual ~Versions() = default;

    /// The newest version's number; 0: there is none yet.
    [[nodiscard]] virtual Result<std::uint64_t> latest() const = 0;
    /// @return `not_found` when there is no such version
    [[nodiscard]] virtual Result<Version> load(std::uint64_t number) const = 0;
    /// The newest `most` versions, newest first. A version that cannot be read is left out.
    [[nodiscard]] virtual Result<std::vector<VersionInfo>> list(std::size_t most) const = 0;
    /// Makes `draft` the version after `base`: whole or not at all, on disk when this returns. The text is taken as it
    /// is; who publishes has checked it.
    /// @return `conflict` when `base` is not the newest; `invalid` for a draft out of bounds; `full`; after
    ///         `unavailable` it may or may not have been published
    virtual Result<VersionInfo> publish(std::uint64_t base, const Draft& draft) = 0;

    /// A cheap mark that differs whenever the newest version is another one.
    [[nodiscard]] virtual Result<std::string> mark() const = 0;
    /// The place of a version as messages name it: a file's path, or a server and a number.
    [[nodiscard]] virtual std::string origin(std::uint64_t number) const = 0;
};

/// A folder of files, 00000042.toml; made by an administrator, writable for those who publish. Publishing is a link(2)
/// to a file that has been written and flushed: of two who publish at once, one gets it. Files take the folder's owner
/// (when root writes) and group, 0640.
std::unique_ptr<Versions> open_version_folder(std::string path);

/// A Redis server, under the keys sso:{config}:…; `?password_file=FILE` behind the address (percent-encoded) names the
/// file that holds the password. Use it before or after a fork.
/// @return `invalid` for an address that is wrong, or as read_secret_file
Result<std::unique_ptr<Versions>> open_version_server(std::string_view uri);

/// The newest version as a source.
std::unique_ptr<Source> source_of(std::unique_ptr<Versions> versions);

}  // namespace sso::config
