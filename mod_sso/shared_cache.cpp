#include "mod_sso/shared_cache.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "core/base/spare.hpp"
#include "core/base/text.hpp"
#include "mod_sso/directives.hpp"

namespace sso::httpd {
namespace {

constexpr const char* kMutex = "sso-cache";
constexpr const char* kDefaultProvider = "shmcb";
constexpr const char* kDefaultArguments = "sso(8388608)";
/// Those that ask nobody. Whatever else is loaded may wait for somebody.
constexpr std::array<std::string_view, 2> kLocalProviders{kDefaultProvider, "dbm"};
/// Longer records are the store's alone.
constexpr std::size_t kMostBytes = 32U << 10U;

/// For one call of the provider's. Nobody else's memory is touched: threads call at once.
struct Room {
    Room() noexcept {  // NOLINT: what is read from the cache is written first
        if (apr_pool_create_unmanaged(&pool) != APR_SUCCESS) pool = nullptr;
    }
    ~Room() {
        if (pool != nullptr) apr_pool_destroy(pool);
    }
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;

    apr_pool_t* pool = nullptr;  ///< null: there is no memory
    std::array<unsigned char, kMostBytes> record;
};

/// The lock, for so long as this lives. It is not waited for: a process may have been stopped with it, and the store
/// knows all that is here.
class Turn {
  public:
    explicit Turn(apr_global_mutex_t* mutex) noexcept
        : mutex_(mutex), is_ours_(mutex == nullptr || apr_global_mutex_trylock(mutex) == APR_SUCCESS) {}
    ~Turn() {
        if (mutex_ != nullptr && is_ours_) apr_global_mutex_unlock(mutex_);
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    [[nodiscard]] bool is_ours() const noexcept { return is_ours_; }

  private:
    apr_global_mutex_t* mutex_;
    bool is_ours_;
};

class SharedCache final : public session::RecordCache {
  public:
    /// @param mutex  null: the provider needs none
    SharedCache(const SharedCacheChoice& choice, apr_global_mutex_t* mutex, server_rec* server) noexcept
        : provider_(*choice.provider), instance_(choice.instance), mutex_(mutex), server_(server), maker_(::getpid()) {}
    ~SharedCache() override {
        if (::getpid() == maker_) provider_.destroy(instance_, server_);  // a child ends, and the others go on
    }
    SharedCache(const SharedCache&) = delete;
    SharedCache& operator=(const SharedCache&) = delete;

    bool find(const session::SessionId& id, const std::function<void(std::string_view)>& use) noexcept override {
        try {
            const auto room = take_room();
            unsigned size = kMostBytes;
            const bool found = call(room, [&](apr_pool_t* pool) {
                return provider_.retrieve(instance_, server_, key_of(id), session::SessionId::kSize,
                                          room->record.data(), &size, pool);
            });
            if (!found || size > kMostBytes) return false;
            use({reinterpret_cast<const char*>(room->record.data()), size});
            return true;
        } catch (...) {
            return false;  // no memory: the store is asked
        }
    }

    void keep(const session::SessionId& id, std::string_view record, std::chrono::seconds at_most) noexcept override {
        if (record.size() > kMostBytes) return;
        const apr_time_t expiry = apr_time_now() + apr_time_from_sec(at_most.count());
        call(take_room(), [&](apr_pool_t* pool) {
            // the provider only reads
            auto* bytes = reinterpret_cast<unsigned char*>(const_cast<char*>(record.data()));  // NOLINT
            return provider_.store(instance_, server_, key_of(id), session::SessionId::kSize, expiry, bytes,
                                   static_cast<unsigned>(record.size()), pool);
        });
    }

    void drop(const session::SessionId& id) noexcept override {
        call(take_room(), [&](apr_pool_t* pool) {
            return provider_.remove(instance_, server_, key_of(id), session::SessionId::kSize, pool);
        });
    }

    bool start_in_child() noexcept {
        // not the child's pool: that goes first, and a thread may be under way still
        apr_pool_t* pool = server_->process->pconf;
        return mutex_ == nullptr ||
               apr_global_mutex_child_init(&mutex_, apr_global_mutex_lockfile(mutex_), pool) == APR_SUCCESS;
    }
    [[nodiscard]] bool is_a_server() const noexcept {
        return std::find(kLocalProviders.begin(), kLocalProviders.end(), view(provider_.name)) == kLocalProviders.end();
    }

  private:
    static const unsigned char* key_of(const session::SessionId& id) noexcept {
        return reinterpret_cast<const unsigned char*>(id.bytes().data());
    }

    using Rooms = Spare<Room>;
    /// Null without memory.
    Rooms::Handle take_room() noexcept {
        return rooms_.take([] { return new (std::nothrow) Room(); });
    }

    template <class Operation>
    bool call(const Rooms::Handle& room, Operation&& operation) noexcept {
        if (room == nullptr || room->pool == nullptr) return false;
        const Turn turn(mutex_);
        const bool done = turn.is_ours() && operation(room->pool) == APR_SUCCESS;
        apr_pool_clear(room->pool);
        return done;
    }

    const ap_socache_provider_t& provider_;
    ap_socache_instance_t* const instance_;
    apr_global_mutex_t* mutex_;
    server_rec* const server_;
    const pid_t maker_;
    Rooms rooms_;
};

/// This process's, or null. A plain pointer: the configuration's pool owns what it points to.
SharedCache* cache = nullptr;

const ap_socache_provider_t* find_provider(const char* name) noexcept {
    return static_cast<const ap_socache_provider_t*>(
        ap_lookup_provider(AP_SOCACHE_PROVIDER_GROUP, name, AP_SOCACHE_PROVIDER_VERSION));
}

/// shmcb's arguments with the size in bytes: "8M" and "sso(8M)" are "sso(8388608)". What is no size is left for shmcb
/// to complain about.
const char* with_size_in_bytes(apr_pool_t* pool, std::string_view arguments) {
    const auto opening = arguments.rfind('(');
    const bool is_size_alone = opening == arguments.npos;
    const std::string_view name = is_size_alone ? "sso" : arguments.substr(0, opening);
    std::string_view text = is_size_alone ? arguments : arguments.substr(opening + 1);
    if (!is_size_alone && text.ends_with(')')) text.remove_suffix(1);
    const auto size = parse_size(text);
    if (!size) return pool_copy(pool, arguments);
    return apr_psprintf(pool, "%s(%" APR_INT64_T_FMT ")", pool_copy(pool, name), *size);
}

/// @return what the provider says is wrong, or null
const char* create(apr_pool_t* pconf, apr_pool_t* temporary, const ap_socache_provider_t* provider,
                   const char* arguments, const SharedCacheChoice*& into) {
    ap_socache_instance_t* instance = nullptr;
    if (const char* wrong = provider->create(&instance, arguments, temporary, pconf)) return wrong;
    into = &pool_new<SharedCacheChoice>(pconf, SharedCacheChoice{provider, instance});
    return nullptr;
}

const SharedCacheChoice* choose_default(apr_pool_t* pconf, server_rec* main_server) {
    const auto* provider = find_provider(kDefaultProvider);
    if (provider == nullptr) {
        ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, main_server,
                     "SSO0380: no cache is shared by httpd's processes: mod_socache_shmcb is not loaded "
                     "(a2enmod socache_shmcb; or SSOCache Off)");
        return nullptr;
    }
    const SharedCacheChoice* choice = nullptr;
    if (const char* wrong = create(pconf, pconf, provider, kDefaultArguments, choice)) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, main_server, "SSO0381: no cache is shared by httpd's processes: %s",
                     wrong);
    }
    return choice;
}

}  // namespace

const char* choose_shared_cache(cmd_parms* cmd, const char* text, const SharedCacheChoice*& into) {
    const std::string_view written = text;
    if (equal_ignoring_case(written, "Off")) {
        into = &pool_new<SharedCacheChoice>(cmd->pool, SharedCacheChoice{nullptr, nullptr});
        return nullptr;
    }
    const auto colon = written.find(':');
    const char* name = pool_copy(cmd->pool, to_lower(written.substr(0, colon)));
    const char* arguments = colon == written.npos ? nullptr : text + colon + 1;
    if (view(name) == kDefaultProvider) {
        arguments = arguments == nullptr ? kDefaultArguments : with_size_in_bytes(cmd->pool, arguments);
    }
    const auto* provider = find_provider(name);
    if (provider == nullptr) {
        return apr_psprintf(cmd->pool, "SSOCache: no socache provider \"%s\" is loaded: a2enmod socache_%s", name,
                            name);
    }
    const char* wrong = create(cmd->pool, cmd->temp_pool, provider, arguments, into);
    return wrong == nullptr ? nullptr : apr_pstrcat(cmd->pool, "SSOCache: ", wrong, nullptr);
}

void register_shared_cache(apr_pool_t* pconf) noexcept {
    ap_mutex_register(pconf, kMutex, nullptr, APR_LOCK_DEFAULT, 0);
}

void prepare_shared_cache(apr_pool_t* pconf, server_rec* main_server) {
    if (!is_used(main_server)) return;
    const auto* choice = settings_of(main_server).shared_cache;
    if (choice == nullptr) choice = choose_default(pconf, main_server);
    if (choice == nullptr || choice->provider == nullptr) return;

    apr_global_mutex_t* mutex = nullptr;
    apr_status_t status = APR_SUCCESS;
    if ((choice->provider->flags & AP_SOCACHE_FLAG_NOTMPSAFE) != 0) {
        status = ap_global_mutex_create(&mutex, nullptr, kMutex, nullptr, main_server, pconf, 0);
    }
    if (status == APR_SUCCESS) {
        const ap_socache_hints hints{session::SessionId::kSize, 1'500, apr_time_from_sec(300)};
        status = choice->provider->init(choice->instance, "mod_sso", &hints, main_server, pconf);
    }
    if (status != APR_SUCCESS) {
        ap_log_error(APLOG_MARK, APLOG_ERR, status, main_server,
                     "SSO0381: no cache is shared by httpd's processes: it cannot be made");
        return;
    }
    auto forget = [](void*) -> apr_status_t {
        cache = nullptr;
        return APR_SUCCESS;
    };
    cache = &pool_new<SharedCache>(pconf, *choice, mutex, main_server);
    apr_pool_cleanup_register(pconf, nullptr, forget, apr_pool_cleanup_null);
}

void start_shared_cache(server_rec* main_server) noexcept {
    if (cache == nullptr || cache->start_in_child()) return;
    cache = nullptr;
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, main_server,
                 "SSO0382: this process cannot use the cache that is shared: it cannot take the lock");
}

session::RecordCache* shared_cache() noexcept {
    return cache;
}

bool is_shared_cache_a_server() noexcept {
    return cache != nullptr && cache->is_a_server();
}

}  // namespace sso::httpd
