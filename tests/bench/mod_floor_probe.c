/* The least that a module of mod_sso's kind could do, as a floor to measure against: the session cookie is looked up in
 * a table in memory that never changes, the path is tried against JIT-compiled patterns one after the other, and two
 * headers are set. No store, no expiry, no expressions, no header that a client sent is removed. For benchmarks alone.
 *
 *   FloorSessions FILE   one session a line: COOKIE USER MAIL
 *   FloorRule REGEX      tried in written order; the first that matches lets in, none refuses */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <string.h>

#include <httpd.h> /* before the others, which stand on it */

#include <apr_hash.h>
#include <http_config.h>
#include <http_protocol.h>
#include <http_request.h>
#include <pcre2.h>

extern module AP_MODULE_DECLARE_DATA floor_probe_module;

struct session {
    const char *user;
    const char *mail;
};

struct settings {
    apr_hash_t *sessions;
    apr_array_header_t *rules; /* of pcre2_code * */
};

static __thread pcre2_match_data *match_data; /* one a thread, for as long as it lives */

static void *create_settings(apr_pool_t *pool, server_rec *server)
{
    struct settings *settings = apr_palloc(pool, sizeof *settings);
    (void)server;
    settings->sessions = NULL;
    settings->rules = apr_array_make(pool, 4, sizeof(pcre2_code *));
    return settings;
}

static struct settings *settings_of(server_rec *server)
{
    return ap_get_module_config(server->module_config, &floor_probe_module);
}

static const char *read_sessions(cmd_parms *cmd, void *place, const char *path)
{
    struct settings *settings = settings_of(cmd->server);
    ap_configfile_t *file;
    char line[1024];
    (void)place;
    if (ap_pcfg_openfile(&file, cmd->pool, path) != APR_SUCCESS)
        return "FloorSessions: the file cannot be read";
    settings->sessions = apr_hash_make(cmd->pool);
    while (ap_cfg_getline(line, sizeof line, file) == APR_SUCCESS) {
        struct session *session = apr_palloc(cmd->pool, sizeof *session);
        const char *rest = line;
        const char *cookie = ap_getword_white(cmd->pool, &rest);
        session->user = ap_getword_white(cmd->pool, &rest);
        session->mail = ap_getword_white(cmd->pool, &rest);
        apr_hash_set(settings->sessions, cookie, APR_HASH_KEY_STRING, session);
    }
    ap_cfg_closefile(file);
    return NULL;
}

static const char *add_rule(cmd_parms *cmd, void *place, const char *regex)
{
    int error;
    PCRE2_SIZE at;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED, 0, &error, &at, NULL);
    (void)place;
    if (code == NULL || pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) != 0)
        return "FloorRule: the pattern does not compile";
    APR_ARRAY_PUSH(settings_of(cmd->server)->rules, pcre2_code *) = code;
    return NULL;
}

static const struct session *find_session(request_rec *r, const struct settings *settings)
{
    const char *cookie = apr_table_get(r->headers_in, "Cookie");
    const char *value = cookie == NULL ? NULL : strstr(cookie, "sso=");
    if (value == NULL)
        return NULL;
    value += 4;
    return apr_hash_get(settings->sessions, value, (apr_ssize_t)strcspn(value, "; "));
}

static int decide(request_rec *r)
{
    const struct settings *settings = settings_of(r->server);
    const struct session *session;
    int i;
    if (settings->sessions == NULL || r->main != NULL)
        return DECLINED;
    session = find_session(r, settings);
    if (session == NULL)
        return HTTP_FORBIDDEN;
    if (match_data == NULL)
        match_data = pcre2_match_data_create(1, NULL);
    for (i = 0; i < settings->rules->nelts; i++) {
        const pcre2_code *code = APR_ARRAY_IDX(settings->rules, i, pcre2_code *);
        if (pcre2_jit_match(code, (PCRE2_SPTR)r->uri, strlen(r->uri), 0, 0, match_data, NULL) >= 0) {
            r->user = (char *)session->user;
            apr_table_setn(r->headers_in, "Auth-User", session->user);
            apr_table_setn(r->headers_in, "Auth-Mail", session->mail);
            return DECLINED;
        }
    }
    return HTTP_FORBIDDEN;
}

static const command_rec directives[] = {
    AP_INIT_TAKE1("FloorSessions", read_sessions, NULL, RSRC_CONF, "a file of sessions: COOKIE USER MAIL a line"),
    AP_INIT_TAKE1("FloorRule", add_rule, NULL, RSRC_CONF, "a pattern that lets in"),
    {NULL}};

static void register_hooks(apr_pool_t *pool)
{
    (void)pool;
    ap_hook_header_parser(decide, NULL, NULL, APR_HOOK_REALLY_FIRST);
}

module AP_MODULE_DECLARE_DATA floor_probe_module = {
    STANDARD20_MODULE_STUFF, NULL, NULL, create_settings, NULL, directives, register_hooks, 0,
};
