// What every request of the portal stands on: one configuration and what was opened by its word.
#pragma once

#include <memory>
#include <string>

#include "core/authn/directory.hpp"
#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/config/site_key.hpp"
#include "core/credentials/basic_proof.hpp"
#include "core/rules/snapshot.hpp"
#include "core/session/machines.hpp"
#include "core/session/session_store.hpp"
#include "portal/arrivals.hpp"
#include "portal/form_token.hpp"
#include "portal/guess_limit.hpp"

namespace sso::portal {

/// Used by one thread at a time, as the programs behind a web server are.
class Site {
  public:
    /// Reads the site key, opens the store, and the directory if that can be: the first page needs none.
    /// @param clock  outlives the site
    static Result<std::unique_ptr<Site>> open(std::shared_ptr<const rules::Snapshot> snapshot, const Clock& clock,
                                              LogSink log);

    /// Whether a file with a secret (the site key, the directory's or the store's password) is another than the one
    /// that was read: a key was rotated, a password changed.
    [[nodiscard]] bool is_outdated() const;

    [[nodiscard]] const rules::Snapshot& snapshot() const noexcept { return *snapshot_; }
    [[nodiscard]] const config::Settings& settings() const noexcept { return snapshot_->settings; }
    [[nodiscard]] session::SessionStore& store() noexcept { return *store_; }
    [[nodiscard]] session::Machines& machines() noexcept { return machines_; }
    [[nodiscard]] const FormTokens& form_tokens() const noexcept { return form_tokens_; }
    [[nodiscard]] const Arrivals& arrivals() const noexcept { return arrivals_; }
    [[nodiscard]] const credentials::BasicProof& basic_proof() const noexcept { return basic_proof_; }
    [[nodiscard]] GuessLimit& guess_limit() noexcept { return guess_limit_; }
    [[nodiscard]] SysSeconds now() const noexcept { return clock_.now(); }
    /// @return what `Directory::open` answers, tried again at each call until it is open
    Result<authn::Directory*> directory();
    /// @param text  foreign parts of it have gone through `printable`
    void log(LogLevel level, int number, std::string text) const;

  private:
    Site(std::shared_ptr<const rules::Snapshot> snapshot, std::unique_ptr<session::SessionStore> store,
         const config::SiteKey& key, const Clock& clock, LogSink log);

    std::shared_ptr<const rules::Snapshot> snapshot_;
    std::string secrets_mark_;  ///< of the files with secrets, as they were before they were read
    std::unique_ptr<session::SessionStore> store_;
    std::unique_ptr<authn::Directory> directory_;
    session::Machines machines_;
    FormTokens form_tokens_;
    Arrivals arrivals_;
    credentials::BasicProof basic_proof_;
    GuessLimit guess_limit_;
    const Clock& clock_;
    LogSink log_;
};

}  // namespace sso::portal
