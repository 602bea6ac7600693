// The last configuration text that was good, kept for a restart that meets a bad one: in the parent's memory over
// restarts, and in httpd's runtime folder over a stop and a start.
#pragma once

#include <optional>
#include <string>

#include "core/config/document.hpp"
#include "mod_sso/httpd.hpp"

namespace sso::httpd {

class LastGood {
  public:
    /// @param uri  where the configuration lives: each place has its own last good text
    LastGood(apr_pool_t* pool, const std::string& uri);

    /// Keeps the text. What cannot be written to disk is an error, and is kept in memory nevertheless.
    Status remember(const config::Document& document) const;
    /// From memory, else from disk, if the file there is our own and nobody else can write to it.
    [[nodiscard]] std::optional<config::Document> recall() const;

  private:
    std::string uri_;
    std::string path_;
};

}  // namespace sso::httpd
