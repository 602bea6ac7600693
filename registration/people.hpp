// Who may own a machine: people of the directory, found by a search, never by their password.
#pragma once

#include <memory>
#include <string>

#include "core/authn/directory.hpp"
#include "core/base/log.hpp"
#include "core/config/settings.hpp"
#include "registration/request.hpp"

namespace sso::registration {

class People {
  public:
    /// Call it before the program has threads. @return `invalid`, when the directory's settings are not usable
    static Result<People> open(const config::Settings& settings, LogSink log);

    /// The logon as the directory spells it. @return `not_found` for nobody, for several, and for a name that does not
    ///         fit a logon's grammar; `unavailable` when the directory does not answer
    [[nodiscard]] Result<Logon> find(const Logon& logon) const;

  private:
    explicit People(std::unique_ptr<authn::Directory> directory) : directory_(std::move(directory)) {}
    std::unique_ptr<authn::Directory> directory_;
};

}  // namespace sso::registration
