// The configuration in a program that lives on: what serves now, a look for something newer, and the last good one kept
// when the newer one is bad.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/log.hpp"
#include "core/config/document.hpp"
#include "core/rules/snapshot.hpp"

namespace sso::rules {

class SnapshotKeeper {
  public:
    /// @param uri  where the configuration lives, for messages, which show no password in it
    SnapshotKeeper(std::unique_ptr<config::Source> source, const std::string& uri, LogSink log);

    /// From now on virtual hosts are compiled when they are asked. Before others use this.
    void compile_at_first_use() noexcept { when_ = Compile::at_first_use; }

    /// What serves; null until a configuration was good. Any thread.
    [[nodiscard]] std::shared_ptr<const Snapshot> current() const;
    /// What is wrong with the newest text; empty when it is the one that serves. Any thread.
    [[nodiscard]] config::Diagnostics refusal() const;
    /// The header names that applications get from what serves; where nothing serves, those that a client is not to set
    /// nevertheless: the default's, and what the newest text names as far as it could be read. Any thread.
    [[nodiscard]] std::vector<std::string> identity_headers() const;
    /// Remarks on what serves. Any thread.
    [[nodiscard]] config::Diagnostics warnings() const;

    /// Asks the source for its mark and, when that has moved, fetches, checks and swaps. What cannot be read or does
    /// not validate is logged, once for each version, and changes nothing. One thread at a time.
    /// @return whether something new serves
    bool refresh();
    /// The same with a text that is at hand. @return whether it serves
    bool adopt(const config::Document& document);

  private:
    void log(LogLevel level, int number, std::string text) const;
    void log_errors(const config::Diagnostics& diagnostics) const;
    void refuse(config::Diagnostics diagnostics);

    const std::unique_ptr<config::Source> source_;
    const std::string uri_;
    const LogSink log_;
    Compile when_ = Compile::at_once;
    std::string mark_;          // of what was last looked at, good or bad
    std::string unreadable_;    // the last complaint about a source that could not be read
    mutable std::mutex mutex_;  // guards what stands below, and is never held while asking
    std::shared_ptr<const Snapshot> current_;
    config::Diagnostics refusal_, warnings_;
    std::vector<std::string> refused_headers_;  // of the newest text that is refused
};

}  // namespace sso::rules
