#include "mod_sso/configuration.hpp"

#include <malloc.h>
#include <poll.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <iterator>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/signals_held.hpp"
#include "core/base/text.hpp"
#include "core/credentials/service_token.hpp"
#include "core/expr/regex.hpp"
#include "core/rules/snapshot_keeper.hpp"
#include "mod_sso/directives.hpp"
#include "mod_sso/last_good.hpp"
#include "mod_sso/other_ways.hpp"
#include "mod_sso/place_rules.hpp"
#include "mod_sso/shared_memory.hpp"

namespace sso::httpd {
namespace {

// one process asks the source at each fifth of a second, and the others' threads see at the next tenth of one what it
// found
constexpr std::chrono::milliseconds kAskEach{200};
constexpr std::chrono::milliseconds kGlanceEach{100};
// Where a child has no thread, a request that began is served by what was in force a second ago at the earliest: each
// tenth of a second it is made sure that the source was asked in the nine before.
constexpr std::chrono::microseconds kAssuredFor{std::chrono::milliseconds{100}};
constexpr std::chrono::milliseconds kMostSilence{900};
constexpr std::chrono::milliseconds kLongestWait{500};  // of a request, once in the life of such a child

int to_httpd(LogLevel level) noexcept {
    switch (level) {
        case LogLevel::debug:
            return APLOG_DEBUG;
        case LogLevel::info:
            return APLOG_INFO;
        case LogLevel::notice:
            return APLOG_NOTICE;
        case LogLevel::warning:
            return APLOG_WARNING;
        case LogLevel::error:
            return APLOG_ERR;
    }
    return APLOG_ERR;
}

/// Lines of core's go to the main server's log. A text of several lines is written as several.
LogSink log_to(server_rec* server, int flags = 0) {
    return [server, flags](const LogLine& line) {
        for (const auto text : split(line.text, '\n')) {
            ap_log_error(APLOG_MARK, to_httpd(line.level) | flags, 0, server, "SSO%04d: %.*s", line.number,
                         static_cast<int>(text.size()), text.data());
        }
    };
}

/// A source that remembers what it gave last.
class RememberingSource final : public config::Source {
  public:
    explicit RememberingSource(std::unique_ptr<config::Source> source) : source_(std::move(source)) {}
    [[nodiscard]] Result<config::Document> fetch() const override {
        auto document = source_->fetch();
        if (document) last_ = *document;
        if (!document) seen_ = kUnknown;
        return document;
    }
    [[nodiscard]] Result<std::string> mark() const override {
        auto mark = source_->mark();
        seen_ = std::hash<std::string>()(mark ? *mark : mark.error().detail);
        return mark;
    }
    static constexpr std::uint64_t kUnknown = 0;
    /// Another number whenever the last mark, or why there is none, was another. kUnknown while what is behind the mark
    /// could not be read: there is still something to look at.
    [[nodiscard]] std::uint64_t seen() const noexcept { return seen_; }
    /// What the last fetch gave; gives it away.
    [[nodiscard]] std::optional<config::Document> take_last() const { return std::exchange(last_, std::nullopt); }

  private:
    std::unique_ptr<config::Source> source_;
    mutable std::optional<config::Document> last_;
    mutable std::uint64_t seen_ = kUnknown;
};

/// Of the host's clock, which is the same in all processes.
std::chrono::milliseconds host_time() noexcept {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

/// The configuration in one process. Built in the parent; a child inherits it by fork and adds the thread, at once
/// where it serves several requests at a time, else when there is something for it to do.
class Process {
  public:
    Process(apr_pool_t* pconf, server_rec* server, std::string uri, std::unique_ptr<RememberingSource> source)
        : server_(server),
          uri_(std::move(uri)),
          source_(source.get()),
          last_good_(pconf, uri_),
          place_headers_(place_header_names(pconf)),
          keeper_(std::move(source), uri_, log_to(server)) {}
    ~Process() { stop(); }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] std::shared_ptr<const Live> live() const noexcept { return live_.load(std::memory_order_acquire); }

    /// For a request that began at `now`.
    [[nodiscard]] std::shared_ptr<const Live> live_at(apr_time_t now) {
        catch_up_at(now);
        return live();
    }
    /// Whether that is `held`.
    [[nodiscard]] bool is_live_at(apr_time_t now, const Live* held) {
        catch_up_at(now);
        return held != nullptr && held->number == number_.load(std::memory_order_acquire);
    }

    [[nodiscard]] ConfigurationState state() const {
        const auto serving = live();
        return {uri_, serving ? serving->snapshot->version : std::string(), keeper_.refusal(), keeper_.warnings()};
    }

    [[nodiscard]] std::shared_ptr<const IdentityNames> names_without_configuration() const noexcept {
        return names_without_.load(std::memory_order_acquire);
    }

    void prepare() {
        look_and_remember();
        if (keeper_.current()) return;
        const auto document = last_good_.recall();
        if (document && keeper_.adopt(*document)) {
            ap_log_error(APLOG_MARK, APLOG_WARNING, 0, server_,
                         "SSO0020: %s is not good; version %s, the last that was, serves", uri_.c_str(),
                         document->version.c_str());
            publish();
            return;
        }
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, server_,
                     "SSO0021: %s is not good, and none was before: protected places answer 503", uri_.c_str());
    }

    void look_and_remember() {
        look();
        const auto document = source_->take_last();
        const auto serving = keeper_.current();
        if (!document || !serving || serving->version != document->version) return;
        if (const auto kept = last_good_.remember(*document); !kept) {
            ap_log_error(APLOG_MARK, APLOG_WARNING, 0, server_,
                         "SSO0022: the last good configuration cannot be kept on disk: %s",
                         printable(kept.error().detail).c_str());
        }
    }

    ConfigurationState look_now() {
        if (!is_calm_ || is_closed_) start_thread();  // it may have been refused one
        ask_and_tell();
        look();
        if (is_calm_ && holes_ != Holes::none) start_thread();
        return state();
    }

    enum class Serves { one_request_at_a_time, several };
    void start(Serves serves) {
        serves_several_ = serves == Serves::several;
        is_calm_ = !serves_several_;
        // What the parent compiled is shared with it; what comes now is this process's alone.
        keeper_.compile_at_first_use();
        is_child_ = true;
        holes_ = Holes::none;
        guarded_look([this] {
            static_cast<void>(watch_.take_turn(host_time(), kAskEach));
            ask_and_tell();
        });
        const bool was_parent_behind = source_->seen() != acted_on_;
        if (was_parent_behind) {
            catch_up(std::chrono::milliseconds::max());  // nobody waits for this process yet
        } else if (!is_calm_) {
            start_thread();
        }
    }

    /// In the watcher: asks the source for all, for as long as the process lives.
    [[noreturn]] void ask_for_all() noexcept {
        while (true) {
            guarded_look([this] {
                if (watch_.take_turn(host_time(), kAskEach)) ask_and_tell();
            });
            ::poll(nullptr, 0, static_cast<int>(kGlanceEach.count()));
        }
    }

    void stop() noexcept {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
        if (thread_.joinable()) thread_.join();
        if (!serves_several_) return;  // a prefork child ends in a signal's handler, maybe in the middle of a look
        const std::lock_guard lock(looking_);
        kept_.clear();
    }

  private:
    [[nodiscard]] session::SessionCache::Limits local_cache(const session::StoreOptions& options) const {
        const auto& written = settings_of(server_);
        session::SessionCache::Limits limits;
        limits.touch_after = session::SessionCache::touch_interval(options.idle_timeout);
        if (written.local_entries >= 0) limits.entries = static_cast<std::size_t>(written.local_entries);
        if (written.local_bytes >= 0) limits.bytes = static_cast<std::size_t>(written.local_bytes);
        return limits;
    }

    void catch_up_at(apr_time_t now) {
        if (is_calm_ && is_behind(now)) [[unlikely]]
            catch_up(kLongestWait);
    }

    void ask_and_tell() {
        const std::lock_guard lock(looking_);
        const auto began = host_time();
        static_cast<void>(source_->mark());
        watch_.tell(source_->seen(), began);
    }

    /// Whether what is in force may be another configuration than this process has.
    [[nodiscard]] bool is_behind(apr_time_t now) noexcept {
        const bool is_assured = static_cast<std::uint64_t>(now - assured_at_) < std::uint64_t{kAssuredFor.count()};
        if (!is_assured && !assure(now)) return true;
        return watch_.told() != acted_on_.load(std::memory_order_relaxed);
    }

    /// Whether somebody asks the source and is answered, so that there would be word of a change. @param now  by the
    /// clock of requests, which may be set back: then this is called earlier than need be
    [[gnu::cold, gnu::noinline]] bool assure(apr_time_t now) noexcept {
        assured_at_ = now;
        return watch_.is_asked(host_time(), kMostSilence);
    }

    /// Starts the thread and waits for its first look: a child that was idle does not answer by what is gone. A text is
    /// read in the thread, and so in a heap of its own: in that of requests it would leave four times as much behind,
    /// in the holes that the parent's version makes when it goes.
    [[gnu::cold, gnu::noinline]] void catch_up(std::chrono::milliseconds longest) {
        if (!start_thread()) return;
        const auto began = host_time();
        while (!has_glanced_.load(std::memory_order_acquire) && host_time() - began < longest) ::poll(nullptr, 0, 1);
    }

    /// Or serves nothing, where the system gives none, until it does. @return whether the thread runs
    bool start_thread() {
        const std::lock_guard lock(looking_);
        if (thread_.joinable()) return true;
        try {
            const SignalsHeld held;
            thread_ = std::thread([this] { run(); });
        } catch (const std::exception& e) {
            serve_nothing(e.what());
            return false;
        }
        is_closed_ = false;
        if (is_calm_) is_calm_ = false;  // where it is false, other threads read it
        return true;
    }

    template <class Look>
    void guarded_look(Look&& look) const noexcept {
        try {
            std::forward<Look>(look)();
        } catch (const std::exception& e) {
            ap_log_error(APLOG_MARK, APLOG_ERR, 0, server_, "SSO0001: looking for a new configuration: %s", e.what());
        }
    }

    void run() noexcept {
        std::unique_lock lock(mutex_);
        bool has_looked = false;
        do {
            lock.unlock();
            guarded_look([this, &has_looked] {
                glance(has_looked);
                has_looked = true;
            });
            has_glanced_.store(true, std::memory_order_release);
            lock.lock();
        } while (!wake_.wait_for(lock, kGlanceEach, [this] { return stopping_; }));
    }

    /// The others hear what the source is like before a text is read, which takes its time.
    void glance(bool has_looked) {
        let_go();
        give_back_memory();
        if (watch_.take_turn(host_time(), kAskEach)) ask_and_tell();
        if (!has_looked || watch_.told() != acted_on_) look();
    }

    /// Of versions that no connection holds any more.
    void let_go() {
        std::vector<std::shared_ptr<const Live>> unused;
        {
            const std::lock_guard lock(looking_);
            const auto used_end =
                std::partition(kept_.begin(), kept_.end(), [](const auto& live) { return live.use_count() > 1; });
            unused.assign(std::make_move_iterator(used_end), std::make_move_iterator(kept_.end()));
            kept_.erase(used_end, kept_.end());
        }
        // they go here: one waits for what is still to be written to its store
    }

    /// Reading a large text and letting go of the version before it leave holes in the heap.
    void give_back_memory() {
        const std::lock_guard lock(looking_);
        const bool is_due = holes_ == Holes::new_ones || (holes_ == Holes::old_version && replaced_.expired());
        if (!is_due) return;
        holes_ = holes_ == Holes::new_ones && !replaced_.expired() ? Holes::old_version : Holes::none;
        ::malloc_trim(0);
        expr::give_back_unused_code();
    }

    /// Who cannot hear of changes must not go on with what was right once.
    void serve_nothing(const char* why) {
        const bool was_closed = is_closed_.exchange(true);
        acted_on_ = RememberingSource::kUnknown;  // so the next request of a calm process tries again
        live_.store(nullptr, std::memory_order_release);
        number_.store(kNone, std::memory_order_release);
        names_without_.store(std::make_shared<const IdentityNames>(with_those_of_places(keeper_.identity_headers())),
                             std::memory_order_release);
        if (was_closed) return;
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, server_,
                     "SSO0024: this process cannot look for new configurations (%s): protected places answer 503", why);
    }

    void look() {
        const std::lock_guard lock(looking_);
        keeper_.refresh();
        if (!is_closed_) {
            if (is_unpublished()) publish();
            acted_on_ = source_->seen();
        }
        if (is_child_) static_cast<void>(source_->take_last());  // the parent remembers it
        if (!keeper_.current()) {
            names_without_.store(
                std::make_shared<const IdentityNames>(with_those_of_places(keeper_.identity_headers())),
                std::memory_order_release);
        }
    }

    /// Whether something else serves than what was good last: nothing, say, because no thread could be started.
    [[nodiscard]] bool is_unpublished() const {
        const auto good = keeper_.current();
        const auto serving = live();
        return good && (!serving || serving->snapshot != good);
    }

    /// What no client may set: the configuration's headers, and those of httpd's own.
    [[nodiscard]] std::vector<std::string> with_those_of_places(std::vector<std::string> names) const {
        names.insert(names.end(), place_headers_.begin(), place_headers_.end());
        return names;
    }

    /// And those that service tokens bring, the token's own included.
    static std::vector<std::string> with_those_of_tokens(std::vector<std::string> names,
                                                         const rules::Snapshot& snapshot) {
        for (const auto& host : snapshot.settings.virtual_hosts) {
            if (!host.service_tokens) continue;
            names.emplace_back(credentials::kServiceTokenHeader);
            names.insert(names.end(), host.service_headers.begin(), host.service_headers.end());
        }
        std::sort(names.begin(), names.end());
        names.erase(std::unique(names.begin(), names.end()), names.end());
        return names;
    }

    void publish() {
        auto snapshot = keeper_.current();
        const auto before = live();
        const auto& settings = snapshot->settings.session;
        auto options = session::store_options(settings, log_to(server_));
        const int timeout = settings_of(server_).store_timeout_ms;
        if (timeout != 0) options.timeout = std::chrono::milliseconds{timeout};
        auto sessions = before && before->sessions->serves(settings.store, options)
                            ? before->sessions
                            : std::make_shared<StoreOpener>(settings.store, options, local_cache(options));
        IdentityNames names(with_those_of_tokens(with_those_of_places(snapshot->policy.identity_headers()), *snapshot));
        if (before) replaced_ = before->last_to_go;
        holes_ = Holes::new_ones;
        ServerHosts server_hosts(server_, snapshot->policy);
        const auto& hosts = snapshot->settings.virtual_hosts;
        const bool keeps_credentials = std::any_of(hosts.begin(), hosts.end(), [&](const auto& host) {
            return host.service_tokens || (host.basic_login && names.contains("Authorization"));
        });
        auto other_ways = before && before->other_ways->serves(snapshot->settings)
                              ? before->other_ways
                              : std::make_shared<OtherWays>(snapshot->settings);
        live_.store(std::make_shared<const Live>(Live{std::make_shared<char>(), std::move(snapshot), std::move(names),
                                                      std::move(sessions), std::make_unique<HostNumbers>(),
                                                      std::move(server_hosts), std::move(other_ways), ++published_,
                                                      keeps_credentials}),
                    std::memory_order_release);
        number_.store(published_, std::memory_order_release);
        if (before && is_child_ && serves_several_) kept_.push_back(before);
    }

    server_rec* const server_;
    const std::string uri_;
    const RememberingSource* const source_;  // the keeper's
    config::SourceWatch& watch_ = shared_memory().configuration;
    const LastGood last_good_;
    const std::vector<std::string> place_headers_;
    bool is_child_ = false;
    bool serves_several_ = false;                      ///< requests at a time
    std::uint64_t published_ = 0;                      ///< how many configurations this process and its parent had
    enum class Holes { none, new_ones, old_version };  // the last: it is used still
    Holes holes_ = Holes::none;
    std::weak_ptr<const void> replaced_;  // of the version that the last swap replaced: its end
    /// Where requests have threads: what was replaced and a connection may still hold. That is not to be the last that
    /// lets go, which takes time, and may be httpd's listener.
    std::vector<std::shared_ptr<const Live>> kept_;
    rules::SnapshotKeeper keeper_;
    std::atomic<std::shared_ptr<const Live>> live_;
    static constexpr std::uint64_t kNone = 0;
    std::atomic<std::uint64_t> number_{kNone};  // live_'s
    std::atomic<std::shared_ptr<const IdentityNames>> names_without_;
    std::mutex looking_;                      // one thread at a time: this process's own, or a request's
    std::atomic<std::uint64_t> acted_on_{0};  // what the source was like at the last look

    // of a child that serves one request at a time, in the thread of its requests
    bool is_calm_ = false;       // it has no thread of ours, and requests look whether it needs one
    apr_time_t assured_at_ = 0;  // when it was last made sure that somebody asks the source

    std::atomic<bool> is_closed_{false};  // nothing serves, for want of a thread
    std::atomic<bool> has_glanced_{false};
    std::thread thread_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
};

/// This process's, or null. A plain pointer: the pools own what it points to.
Process* process = nullptr;

std::string uri_of(const server_rec* main_server) {
    const char* uri = settings_of(main_server).config_uri;
    return uri != nullptr ? std::string(uri) : std::string(config::kDefaultUri);
}

}  // namespace

std::shared_ptr<const Live> current_live() noexcept {
    return process == nullptr ? nullptr : process->live();
}

std::shared_ptr<const Live> live_for(const request_rec* r) {
    return process == nullptr ? nullptr : process->live_at(r->request_time);
}

bool is_live_for(const request_rec* r, const Live* held) {
    return process != nullptr && process->is_live_at(r->request_time, held);
}

ConfigurationState configuration_state() {
    return process == nullptr ? ConfigurationState{} : process->state();
}

std::shared_ptr<const IdentityNames> names_without_configuration() {
    auto names = process == nullptr ? nullptr : process->names_without_configuration();
    return names ? names : std::make_shared<const IdentityNames>(std::vector<std::string>{"Auth-User"});
}

ConfigurationState look_now() {
    return process == nullptr ? ConfigurationState{} : process->look_now();
}

void prepare_in_parent(apr_pool_t* pconf, server_rec* main_server) {
    if (!is_used(main_server)) return;
    const std::string uri = uri_of(main_server);
    auto source = config::open_source(uri);
    if (!source) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, main_server, "SSO0021: %s", printable(source.error().detail).c_str());
        return;
    }
    auto forget = [](void*) -> apr_status_t {
        process = nullptr;
        return APR_SUCCESS;
    };
    process = &pool_new<Process>(pconf, pconf, main_server, config::shown_uri(uri),
                                 std::make_unique<RememberingSource>(std::move(*source)));
    apr_pool_cleanup_register(pconf, nullptr, forget, apr_pool_cleanup_null);
    process->prepare();
}

void start_in_child(apr_pool_t* pchild, server_rec*) {
    if (process == nullptr) return;
    auto stop = [](void* data) -> apr_status_t {
        static_cast<Process*>(data)->stop();
        return APR_SUCCESS;
    };
    apr_pool_pre_cleanup_register(pchild, process, stop);
    int threads = AP_MPMQ_NOT_SUPPORTED;
    const bool is_prefork =
        ap_mpm_query(AP_MPMQ_IS_THREADED, &threads) == APR_SUCCESS && threads == AP_MPMQ_NOT_SUPPORTED;
    process->start(is_prefork ? Process::Serves::one_request_at_a_time : Process::Serves::several);
}

void ask_in_watcher() {
    if (process == nullptr) return;
    const SignalsHeld held;
    std::thread([] { process->ask_for_all(); }).detach();  // it may hang in a question, and ends with the process
}

void look_in_parent() {
    if (process != nullptr) process->look_and_remember();
}

void report_for_test(apr_pool_t*, server_rec* main_server) {
    if (!is_used(main_server)) return;
    const auto say = log_to(main_server, APLOG_STARTUP);
    const std::string uri = uri_of(main_server);
    const auto document = config::open_source(uri).and_then([](const auto& source) { return source->fetch(); });
    if (!document) {
        say({LogLevel::error, 23, config::shown_uri(uri) + ": cannot be read: " + document.error().detail});
        return;
    }
    const auto outcome = rules::check(*document);
    for (const auto& diagnostic : outcome.diagnostics) {
        const auto level = diagnostic.severity == config::Severity::error ? LogLevel::error : LogLevel::warning;
        say({level, 23, to_string(diagnostic)});
    }
    if (!outcome.snapshot)
        say({LogLevel::error, 23,
             config::shown_uri(uri) + ": is refused; httpd starts, and what served before serves on"});
}

}  // namespace sso::httpd
