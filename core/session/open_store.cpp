#include "core/base/text.hpp"
#include "core/redis/uri.hpp"
#include "core/session/lmdb_store.hpp"
#include "core/session/redis_store.hpp"
#include "core/session/session_store.hpp"

namespace sso::session {
namespace {

constexpr std::string_view kLmdb = "lmdb:";

}  // namespace

Result<std::unique_ptr<SessionStore>> open_store(std::string_view uri, const StoreOptions& options) {
    if (uri.starts_with(kLmdb)) {
        std::string_view folder = uri.substr(kLmdb.size());
        while (folder.size() > 1 && folder.ends_with('/')) folder.remove_suffix(1);
        if (!folder.starts_with('/') || folder.size() == 1 || folder.size() > 4000 ||
            folder.find('\0') != folder.npos) {
            return fail(ErrorCode::invalid,
                        "session store \"" + printable(uri) +
                            "\": lmdb: wants a folder's absolute path, as lmdb:/var/lib/mod_sso/sessions");
        }
        return std::make_unique<LmdbStore>(std::string(folder), options);
    }
    if (redis::is_redis_uri(uri)) return open_redis_store(uri, options);
    return fail(ErrorCode::invalid, "session store \"" + printable(uri.substr(0, uri.find(':'))) +
                                        ":…\": there is no store of this kind; lmdb:/folder, redis://host, "
                                        "rediss://host and redis+unix:///socket are known");
}

}  // namespace sso::session
