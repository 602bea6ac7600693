/* The two marks between which callgrind counts: `SetHandler count-from-here` zeroes its counters, `SetHandler
 * count-to-here` writes them out. A request is a mark that every server understands, and both ends fall in the process
 * that is counted. Without valgrind the marks do nothing. */
#include <string.h>

#include <httpd.h> /* before the others, which stand on it */

#include <http_config.h>
#include <http_protocol.h>
#include <valgrind/callgrind.h>

static int mark(request_rec *r)
{
    if (r->handler == NULL)
        return DECLINED;
    if (strcmp(r->handler, "count-from-here") == 0) {
        CALLGRIND_START_INSTRUMENTATION;
        CALLGRIND_ZERO_STATS;
    }
    else if (strcmp(r->handler, "count-to-here") == 0) {
        CALLGRIND_DUMP_STATS;
    }
    else {
        return DECLINED;
    }
    ap_set_content_type(r, "text/plain");
    ap_rputs("marked\n", r);
    return OK;
}

static void register_hooks(apr_pool_t *pool)
{
    (void)pool;
    ap_hook_handler(mark, NULL, NULL, APR_HOOK_MIDDLE);
}

module AP_MODULE_DECLARE_DATA counting_marks_module = {
    STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, register_hooks, 0,
};
