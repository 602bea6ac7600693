// The portal as one object: it keeps the configuration up to date and gives each request to its handler.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/http/message.hpp"
#include "core/rules/snapshot_keeper.hpp"
#include "portal/site.hpp"
#include "portal/visit.hpp"

namespace sso::portal {

class Portal {
  public:
    /// @param uri    what `source` was opened with, for messages
    /// @param clock  outlives the portal
    Portal(std::unique_ptr<config::Source> source, std::string uri, const Clock& clock, LogSink log);

    /// The answer to a request. Looks for a new configuration first, once a second. With no usable configuration all
    /// but static files is 503.
    http::Response answer(const http::Request& request);

  private:
    /// What requests are served with; looks once a second whether the configuration or a secret has changed.
    Site* current_site();
    void renew_site();
    void pass_on(const LogLine& line) const;  ///< what the keeper has to say
    rules::SnapshotKeeper keeper_;
    std::optional<SysSeconds> looked_;  ///< when the source was last asked
    std::unique_ptr<Site> site_;
    const Clock& clock_;
    LogSink log_;
};

/// The handler that the table names for the visit's method and path; 404 or 405 where it names none.
http::Response dispatch(Visit& visit);

}  // namespace sso::portal
