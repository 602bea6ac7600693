#include "core/session/session_store.hpp"

namespace sso::session {

StoreOptions store_options(const config::SessionSettings& settings, LogSink log) {
    StoreOptions options;
    options.lifetime = settings.lifetime;
    options.idle_timeout = settings.idle_timeout;
    options.timeout = settings.store_timeout;
    options.password_file = settings.store_password_file;
    options.ca_file = settings.store_ca_file;
    options.log = std::move(log);
    return options;
}

}  // namespace sso::session
