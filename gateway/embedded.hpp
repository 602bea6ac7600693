// Templates and static files that are part of a program (cmake/SsoEmbed.cmake makes the source at build time).
#pragma once

#include <span>
#include <string_view>

#include "core/http/message.hpp"

namespace sso::gateway {

struct EmbeddedFile {
    std::string_view path;  ///< below the room's folder: "templates/login.tpl", "static/portal.css"
    std::string_view text;
};

struct Embedded {
    std::span<const EmbeddedFile> files;
    std::string_view version;  ///< changes whenever one of them does; part of static files' addresses
    [[nodiscard]] const EmbeddedFile* find(std::string_view path) const noexcept;
};

/// The file behind "/static/x.css" or "/static/VERSION/x.css", with its type, and for the latter with leave to be kept
/// for a year: what a file names relative to itself (a module's imports) is of its version, too. 404 for anything else,
/// 405 for another method than GET and HEAD.
http::Response static_file(const Embedded& embedded, const http::Request& request);

}  // namespace sso::gateway
