#include "portal/site.hpp"

namespace sso::portal {

Result<std::unique_ptr<Site>> Site::open(std::shared_ptr<const rules::Snapshot> snapshot, const Clock& clock,
                                         LogSink log) {
    const config::Settings& settings = snapshot->settings;
    const auto key = config::SiteKey::read(settings.security.key_file);
    if (!key) return fail(key.error());
    // before the store, which has a thread of its own: opening a directory touches the environment
    auto directory = authn::Directory::open(settings.authentication.ldap, settings.exported_variables, log);
    auto store = session::open_store(settings.session.store, session::store_options(settings.session, log));
    if (!store) return fail(store.error());
    auto site = std::unique_ptr<Site>(new Site(std::move(snapshot), std::move(*store), *key, clock, std::move(log)));
    if (directory) site->directory_ = std::move(*directory);
    return site;
}

Site::Site(std::shared_ptr<const rules::Snapshot> snapshot, std::unique_ptr<session::SessionStore> store,
           const config::SiteKey& key, const Clock& clock, LogSink log)
    : snapshot_(std::move(snapshot)),
      store_(std::move(store)),
      form_tokens_(key),
      arrivals_(key),
      guess_limit_(*store_),
      clock_(clock),
      log_(std::move(log)) {}

Result<authn::Directory*> Site::directory() {
    if (!directory_) {
        auto opened = authn::Directory::open(settings().authentication.ldap, settings().exported_variables, log_);
        if (!opened) return fail(opened.error());
        directory_ = std::move(*opened);
    }
    return directory_.get();
}

void Site::log(LogLevel level, int number, std::string text) const {
    if (log_) log_({level, number, std::move(text)});
}

}  // namespace sso::portal
