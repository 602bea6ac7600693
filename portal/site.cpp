#include "portal/site.hpp"

#include "core/config/private_file.hpp"

namespace sso::portal {
namespace {

/// A text that differs whenever one of the files with secrets does; one that is missing has a mark too.
std::string mark_of_secrets(const config::Settings& settings) {
    std::string marks;
    for (const std::string& path : {settings.security.key_file, settings.authentication.ldap.bind_password_file,
                                    settings.session.store_password_file}) {
        if (!path.empty()) marks += config::file_mark(path).value_or("none");
        marks += ';';
    }
    return marks;
}

}  // namespace

Result<std::unique_ptr<Site>> Site::open(std::shared_ptr<const rules::Snapshot> snapshot, const Clock& clock,
                                         LogSink log) {
    const config::Settings& settings = snapshot->settings;
    std::string secrets_mark = mark_of_secrets(settings);  // first: what changes while it is read is read again
    const auto key = config::SiteKey::read(settings.security.key_file);
    if (!key) return fail(key.error());
    // before the store, which has a thread of its own: opening a directory touches the environment
    auto directory = authn::Directory::open(settings.authentication.ldap, settings.exported_variables, log);
    auto store = session::open_store(settings.session.store, session::store_options(settings.session, log));
    if (!store) return fail(store.error());
    auto site = std::unique_ptr<Site>(new Site(std::move(snapshot), std::move(*store), *key, clock, std::move(log)));
    site->secrets_mark_ = std::move(secrets_mark);
    if (directory) site->directory_ = std::move(*directory);
    return site;
}

Site::Site(std::shared_ptr<const rules::Snapshot> snapshot, std::unique_ptr<session::SessionStore> store,
           const config::SiteKey& key, const Clock& clock, LogSink log)
    : snapshot_(std::move(snapshot)),
      store_(std::move(store)),
      machines_(*store_, key),
      form_tokens_(key),
      arrivals_(key),
      basic_proof_(key),
      guess_limit_(*store_),
      clock_(clock),
      log_(std::move(log)) {}

bool Site::is_outdated() const {
    return mark_of_secrets(settings()) != secrets_mark_;
}

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
