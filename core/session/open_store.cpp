#include "core/base/text.hpp"
#include "core/redis/uri.hpp"
#include "core/session/lmdb_feed.hpp"
#include "core/session/lmdb_store.hpp"
#include "core/session/redis_feed.hpp"
#include "core/session/redis_store.hpp"
#include "core/session/session_store.hpp"

namespace sso::session {
namespace {

constexpr std::string_view kLmdb = "lmdb:";

/// The folder that lmdb:/folder names.
Result<std::string> lmdb_folder(std::string_view uri) {
    std::string_view folder = uri.substr(kLmdb.size());
    while (folder.size() > 1 && folder.ends_with('/')) folder.remove_suffix(1);
    if (!folder.starts_with('/') || folder.size() == 1 || folder.size() > 4000 || folder.find('\0') != folder.npos) {
        return fail(ErrorCode::invalid,
                    "session store \"" + printable(uri) +
                        "\": lmdb: wants a folder's absolute path, as lmdb:/var/lib/mod_sso/sessions");
    }
    return std::string(folder);
}

tl::unexpected<Error> no_such_store(std::string_view uri) {
    return fail(ErrorCode::invalid, "session store \"" + printable(uri.substr(0, uri.find(':'))) +
                                        ":…\": there is no store of this kind; lmdb:/folder, redis://host, "
                                        "rediss://host and redis+unix:///socket are known");
}

}  // namespace

Result<std::unique_ptr<SessionStore>> open_store(std::string_view uri, const StoreOptions& options) {
    if (uri.starts_with(kLmdb)) {
        auto folder = lmdb_folder(uri);
        if (!folder) return error_of(folder);
        return std::make_unique<LmdbStore>(std::move(*folder), options);
    }
    if (redis::is_redis_uri(uri)) return open_redis_store(uri, options);
    return no_such_store(uri);
}

bool can_be_listened_to(std::string_view uri) noexcept {
    return uri.starts_with(kLmdb) || redis::is_redis_uri(uri);
}

Result<std::unique_ptr<RevocationFeed>> open_revocation_feed(std::string_view uri, const StoreOptions& options,
                                                             Watcher watcher) {
    if (uri.starts_with(kLmdb)) {
        auto folder = lmdb_folder(uri);
        if (!folder) return error_of(folder);
        return open_lmdb_feed(std::move(*folder), options, std::move(watcher));
    }
    if (redis::is_redis_uri(uri)) return open_redis_feed(uri, options, std::move(watcher));
    return no_such_store(uri);
}

}  // namespace sso::session
