// The module record: the one symbol that httpd knows us by.
#include "mod_sso/directives.hpp"
#include "mod_sso/hooks.hpp"

extern "C" {
__attribute__((visibility("default"))) module AP_MODULE_DECLARE_DATA sso_module = {
    STANDARD20_MODULE_STUFF,           sso::httpd::create_place_settings,
    sso::httpd::merge_place_settings,  sso::httpd::create_server_settings,
    sso::httpd::merge_server_settings, sso::httpd::kDirectives,
    sso::httpd::register_hooks,        0,
};
}
