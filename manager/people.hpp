// People of the directory, asked for over the requests of one program. For the manager.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/authn/directory.hpp"
#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/rules/snapshot.hpp"

namespace sso::manager {

/// Keeps the directory of a version open from one request to the next; that of a text without a version, which nobody
/// has published, is opened for the one question. Used by one thread at a time.
class People {
  public:
    explicit People(LogSink log) : log_(std::move(log)) {}

    /// Opens the directory if that can be: to be called before the program has threads (core/authn/directory.hpp).
    void prepare(const rules::Snapshot& snapshot) { (void)open(snapshot); }
    /// What a session of `user` would hold after a login with a password now (manager/subject.hpp).
    Result<rules::SubjectReport> find(const rules::Snapshot& snapshot, std::string_view user, std::string_view address,
                                      SysSeconds now);
    /// Whether the directory answers.
    Status ask(const rules::Snapshot& snapshot);

  private:
    Result<authn::Directory*> open(const rules::Snapshot& snapshot);

    LogSink log_;
    std::unique_ptr<authn::Directory> directory_;
    std::string version_;  // whose directory that is
};

}  // namespace sso::manager
