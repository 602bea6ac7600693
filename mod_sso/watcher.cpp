#include "mod_sso/watcher.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <string>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/crypto/random.hpp"
#include "core/session/revocation_feed.hpp"
#include "mod_sso/configuration.hpp"
#include "mod_sso/directives.hpp"
#include "mod_sso/shared_memory.hpp"

namespace sso::httpd {
namespace {

constexpr std::chrono::milliseconds kStopWithin{1500};
constexpr std::size_t kIdDigits = 32;

// httpd keeps this over restarts, which unload the module.
constexpr const char* kRetained = "mod_sso: watcher, 1";
struct Retained {
    pid_t pid;                           // 0: there is none
    std::array<char, kIdDigits + 1> id;  // this httpd's in the eyes of the store
};

Retained& retained() {
    auto* found = static_cast<Retained*>(ap_retained_data_get(kRetained));
    if (found != nullptr) return *found;
    found = static_cast<Retained*>(ap_retained_data_create(kRetained, sizeof(Retained)));
    hex_encode(crypto::random_bytes(kIdDigits / 2)).copy(found->id.data(), kIdDigits);
    return *found;
}

/// What a watcher is started for; dies with the configuration's pool.
struct Post {
    apr_pool_t* pconf;
    server_rec* server;
    apr_proc_t process;     // as httpd wants it, to tell us when it has ended
    std::uint64_t watched;  // the store's mark; 0: none
};
Post* post = nullptr;

// in the watcher

volatile sig_atomic_t is_told_to_stop = 0;

extern "C" {
static void stop_watching(int) noexcept {
    is_told_to_stop = 1;
}
}

void prepare_signals() noexcept {
    for (const int number : {SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH, SIGPIPE, SIGCHLD, SIGINT}) ::signal(number, SIG_IGN);
    struct sigaction action {};
    action.sa_handler = stop_watching;
    ::sigaction(SIGTERM, &action, nullptr);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

std::string host_name(const server_rec* server) {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return "(no host name)";
    std::string text(name.data());
    if (server->server_hostname != nullptr) text += " (" + std::string(server->server_hostname) + ")";
    return text;
}

/// Listens until it is told to stop, or its parent has gone.
void watch(server_rec* server, pid_t parent, session::RevocationFeed& feed) {
    auto& board = shared_memory().revocations;
    std::string complaint;
    while (is_told_to_stop == 0 && ::getppid() == parent) {
        const auto heard = feed.listen(board);
        if (heard && !complaint.empty()) {
            complaint.clear();
            ap_log_error(APLOG_MARK, APLOG_NOTICE, 0, server, "SSO0373: the session store is listened to again");
        }
        if (!heard) {
            if (heard.error().detail != complaint) {
                complaint = heard.error().detail;
                ap_log_error(APLOG_MARK, APLOG_WARNING, 0, server,
                             "SSO0372: the session store cannot be listened to, and is asked instead: %s",
                             printable(complaint).c_str());
            }
            ::poll(nullptr, 0, static_cast<int>(session::RevocationFeed::kBeat.count()));
        }
    }
    feed.leave();
}

/// Asking for changes of the configuration waits for nothing, and nothing for it.
void ask_for_changes(const server_rec* server) noexcept {
    try {
        ask_in_watcher();
    } catch (const std::exception& e) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, server, "SSO0001: watcher: asking for changes: %s", e.what());
    }
}

[[noreturn]] void run_watcher(server_rec* server, pid_t parent, const std::string& uri,
                              const session::StoreOptions& options, const session::Watcher& self) noexcept {
    prepare_signals();
    ::prctl(PR_SET_NAME, "sso-watcher");
    ap_close_listeners();
    int outcome = 1;
    try {
        if (ap_run_drop_privileges(server->process->pool, server) != kOk) ::_exit(outcome);
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // after the user was changed, which takes it away
        auto feed = session::open_revocation_feed(uri, options, self);
        if (feed) {
            ask_for_changes(server);
            watch(server, parent, **feed);
            outcome = 0;
        } else {
            ap_log_error(APLOG_MARK, APLOG_ERR, 0, server, "SSO0371: no watcher: %s",
                         printable(feed.error().detail).c_str());
        }
    } catch (const std::exception& e) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, server, "SSO0001: watcher: %s", e.what());
    } catch (...) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, server, "SSO0002: watcher: unknown exception");
    }
    ::_exit(outcome);  // the parent's pools are the parent's to clean up
}

// in the parent

/// Ends the watcher and waits for its end, for so long as it is allowed to take.
void end_watcher() noexcept {
    const pid_t pid = std::exchange(retained().pid, 0);
    if (pid <= 0) return;
    const auto until = std::chrono::steady_clock::now() + kStopWithin;
    ::kill(pid, SIGTERM);
    while (true) {
        const pid_t gone = ::waitpid(pid, nullptr, WNOHANG);
        if (gone == pid || (gone < 0 && errno == ECHILD)) return;
        if (std::chrono::steady_clock::now() >= until) ::kill(pid, SIGKILL);
        ::poll(nullptr, 0, 2);
    }
}

bool is_mpm_stopping() noexcept {
    int state = 0;
    return ap_mpm_query(AP_MPMQ_MPM_STATE, &state) == APR_SUCCESS && state == AP_MPMQ_STOPPING;
}

void spawn();

/// As `spawn`, from where nothing may be thrown. If it fails, `look_after_watcher` tries again.
void spawn_quietly(const server_rec* server) noexcept {
    try {
        spawn();
    } catch (const std::exception& e) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, server, "SSO0001: start of a watcher: %s", e.what());
    } catch (...) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, server, "SSO0002: start of a watcher: unknown exception");
    }
}

extern "C" {
/// httpd has something to say of our child.
static void watcher_event(int reason, void* data, apr_wait_t) noexcept {
    auto* own = static_cast<Post*>(data);
    switch (reason) {
        case APR_OC_REASON_DEATH:
        case APR_OC_REASON_LOST:
            if (retained().pid == own->process.pid) retained().pid = 0;
            apr_proc_other_child_unregister(data);
            if (is_mpm_stopping()) return;  // at a restart, post_config starts the next one
            ap_log_error(APLOG_MARK, APLOG_WARNING, 0, own->server,
                         "SSO0374: the watcher has ended; another one is started");
            spawn_quietly(own->server);
            return;
        case APR_OC_REASON_UNREGISTER:
            // The configuration goes. At a restart the watcher stays until the next one takes its place.
            if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_EXITING) end_watcher();
            return;
        default:
            return;
    }
}
}

void spawn() {
    post->watched = 0;  // until somebody listens
    const auto live = current_live();
    if (!live) return;
    const auto& sessions = *live->sessions;
    const session::Watcher self{retained().id.data(), host_name(post->server), longest_lease(post->server)};
    shared_memory().revocations.watch(sessions.mark());
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) {
        ap_log_error(APLOG_MARK, APLOG_ERR, errno, post->server,
                     "SSO0371: no watcher can be started; sessions are asked for anew each quarter of a second");
        return;
    }
    if (pid == 0) run_watcher(post->server, parent, sessions.uri(), sessions.options(), self);
    retained().pid = pid;
    post->watched = sessions.mark();
    post->process = {};
    post->process.pid = pid;
    apr_proc_other_child_register(&post->process, watcher_event, post, nullptr, post->pconf);
}

}  // namespace

void start_watcher(apr_pool_t* pconf, server_rec* main_server) {
    end_watcher();
    shared_memory().revocations.watch(0);
    post = &pool_new<Post>(pconf, Post{pconf, main_server, {}, 0});
    auto forget = [](void*) -> apr_status_t {
        post = nullptr;
        return APR_SUCCESS;
    };
    apr_pool_cleanup_register(pconf, nullptr, forget, apr_pool_cleanup_null);
    spawn();
}

void look_after_watcher() {
    if (post == nullptr) return;
    const auto live = current_live();
    if (!live || live->sessions->mark() == post->watched) return;
    if (post->watched != 0) apr_proc_other_child_unregister(post);
    end_watcher();
    spawn();
}

}  // namespace sso::httpd
