#include "mod_sso/hooks.hpp"

#include "mod_sso/answers.hpp"
#include "mod_sso/authorization.hpp"
#include "mod_sso/configuration.hpp"
#include "mod_sso/decision_endpoint.hpp"
#include "mod_sso/directives.hpp"
#include "mod_sso/enforce.hpp"
#include "mod_sso/logout.hpp"
#include "mod_sso/reload.hpp"
#include "mod_sso/shared_cache.hpp"
#include "mod_sso/shared_memory.hpp"
#include "mod_sso/status.hpp"
#include "mod_sso/variables.hpp"
#include "mod_sso/visit.hpp"
#include "mod_sso/watcher.hpp"

namespace sso::httpd {
namespace {

/// Runs the body of a hook that has no request and no way to fail: httpd goes on, and what is protected stays shut.
template <class Body>
void guarded_quietly(server_rec* server, const char* hook, Body&& body) noexcept {
    try {
        std::forward<Body>(body)();
    } catch (const std::exception& e) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, server, "SSO0001: %s: %s", hook, e.what());
    } catch (...) {
        ap_log_error(APLOG_MARK, APLOG_ERR, 0, server, "SSO0002: %s: unknown exception", hook);
    }
}

/// httpd would answer it in map_to_storage, cookie and all.
[[gnu::cold]] int refuse_trace(request_rec* r) {
    apr_table_setn(r->err_headers_out, "Cache-Control", "no-store");
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "SSO0013: TRACE is refused where SSOEngine stands");
    return HTTP_METHOD_NOT_ALLOWED;
}

/// A new request of a client's, its headers read: nothing has looked at them yet.
int begin(request_rec* r) {
    if (r->main != nullptr) return kDeclined;
    if (!settings_of(r->server).engine_stands) {
        forget_last_visit(r->connection);
        return kDeclined;
    }
    if (r->prev != nullptr) {  // httpd runs this phase on internal redirects, too
        watch_trailers(r);
        return kDeclined;
    }
    if (r->method_number == M_TRACE) return refuse_trace(r);
    scrub(r, begin_visit(r));
    return kDeclined;
}

/// Whether the last look before content is made finds something to decide: mod_dir and mod_negotiation put a
/// subrequest's place under a request without passing any earlier phase again.
bool is_undecided(const request_rec* r) noexcept {
    const auto& place = place_of(r);
    if (place.engine != Switch::on) return false;
    const Visit* visit = find_visit(r);
    return visit == nullptr || visit->judged == nullptr || place.recheck == Switch::on;
}

bool may_be_page_of_ours(const request_rec* r) noexcept {
    return r->handler != nullptr && r->handler[0] == 's';
}

/// The pages that SetHandler names.
int show_page(request_rec* r) {
    if (!may_be_page_of_ours(r)) return kDeclined;
    const std::string_view handler = r->handler;
    if (handler == kDecisionEndpoint) return answer_proxy(r);
    if (handler == kStatusHandler) return show_status(r);
    return handler == kReloadHandler ? reload(r) : kDeclined;
}

[[gnu::noinline]] int make_content(request_rec* r) noexcept {
    return guarded(r, "handler", [r] {
        const int refusal = is_undecided(r) ? enforce(r) : kDeclined;
        return refusal == kDeclined ? show_page(r) : refusal;
    });
}

extern "C" {
static int sso_pre_config(apr_pool_t* pconf, apr_pool_t*, apr_pool_t*) noexcept {
    register_shared_cache(pconf);
    return kOk;
}

static int sso_post_config(apr_pool_t* pconf, apr_pool_t*, apr_pool_t*, server_rec* main_server) noexcept {
    guarded_quietly(main_server, "post_config", [&] {
        // httpd reads its configuration twice at the start; the first time nothing comes of it
        if (ap_state_query(AP_SQ_MAIN_STATE) == AP_SQ_MS_CREATE_PRE_CONFIG) return;
        find_cache_filters();
        note_variables();
        prepare_shared_memory(main_server);
        prepare_shared_cache(pconf, main_server);
        compile_places(pconf);
        prepare_in_parent(pconf, main_server);
        start_watcher(pconf, main_server);
    });
    return kOk;  // whatever the configuration holds, httpd starts
}

static void sso_test_config(apr_pool_t* pconf, server_rec* main_server) noexcept {
    guarded_quietly(main_server, "test_config", [&] { report_for_test(pconf, main_server); });
}

static void sso_child_init(apr_pool_t* pchild, server_rec* main_server) noexcept {
    guarded_quietly(main_server, "child_init: cache", [&] { start_shared_cache(main_server); });
    guarded_quietly(main_server, "child_init", [&] { start_in_child(pchild, main_server); });  // whatever came of that
}

static int sso_monitor(apr_pool_t*, server_rec* main_server) noexcept {
    guarded_quietly(main_server, "monitor", [] {
        look_in_parent();
        look_after_watcher();
    });
    return kDeclined;
}

static int sso_post_read_request(request_rec* r) noexcept {
    return guarded(r, "post_read_request", [r] { return begin(r); });
}

// A phase that Satisfy and Require do not reach, and that subrequests pass, too: header_parser, which is the next one,
// they do not.
static int sso_post_perdir_config(request_rec* r) noexcept {
    return guarded(r, "post_perdir_config", [r] { return enforce(r); });
}

static int sso_check_authn(request_rec* r) noexcept {
    return guarded(r, "check_authn", [r] { return authenticate(r); });
}

static int sso_fixups(request_rec* r) noexcept {
    return guarded(r, "fixups", [r] {
        if (place_of(r).engine == Switch::on) name_user_late(r);
        return kDeclined;
    });
}

static int sso_handler(request_rec* r) noexcept {
    const bool has_nothing_to_do = !is_undecided(r) && !may_be_page_of_ours(r);  // almost always
    return has_nothing_to_do ? kDeclined : make_content(r);
}

static int sso_log_transaction(request_rec* r) noexcept {
    end_visit(r);
    return kDeclined;
}

static apr_status_t sso_trailers(ap_filter_t* f, apr_bucket_brigade* brigade, ap_input_mode_t mode,
                                 apr_read_type_e block, apr_off_t wanted) noexcept {
    try {
        return filter_trailers(f, brigade, mode, block, wanted);
    } catch (...) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, f->r, "SSO0002: input filter: exception");
        return APR_EGENERAL;
    }
}

static apr_status_t sso_logout(ap_filter_t* f, apr_bucket_brigade* brigade) noexcept {
    try {
        return filter_answer(f, brigade);
    } catch (...) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, f->r, "SSO0002: output filter: exception");
        return APR_EGENERAL;
    }
}
}

}  // namespace

void register_hooks(apr_pool_t* pool) noexcept {
    register_requirements(pool);
    ap_hook_pre_config(sso_pre_config, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_post_config(sso_post_config, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_test_config(sso_test_config, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_child_init(sso_child_init, nullptr, nullptr, APR_HOOK_MIDDLE);
    ap_hook_monitor(sso_monitor, nullptr, nullptr, APR_HOOK_MIDDLE);
    // before mod_setenvif and whoever else makes something of headers
    ap_hook_post_read_request(sso_post_read_request, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
    ap_hook_post_perdir_config(sso_post_perdir_config, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
    ap_hook_check_authn(sso_check_authn, nullptr, nullptr, APR_HOOK_MIDDLE, AP_AUTH_INTERNAL_PER_CONF);
    ap_hook_fixups(sso_fixups, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
    ap_hook_handler(sso_handler, nullptr, nullptr, APR_HOOK_REALLY_FIRST);
    ap_hook_log_transaction(sso_log_transaction, nullptr, nullptr, APR_HOOK_REALLY_LAST);
    ap_register_output_filter(kLogoutFilter, sso_logout, nullptr,
                              static_cast<ap_filter_type>(AP_FTYPE_CONTENT_SET - 1));  // before mod_deflate
    watch_trailers_by(ap_register_input_filter("SSO_TRAILERS", sso_trailers, nullptr, AP_FTYPE_CONTENT_SET));
}

}  // namespace sso::httpd
