// The configuration in the life of httpd: compiled in the parent before it forks, looked after by one thread in each
// child, swapped whole. Whatever the text holds, httpd starts.
#pragma once

#include <memory>

#include "core/rules/snapshot.hpp"
#include "mod_sso/headers.hpp"
#include "mod_sso/host_numbers.hpp"
#include "mod_sso/httpd.hpp"
#include "mod_sso/server_hosts.hpp"
#include "mod_sso/store.hpp"

namespace sso::httpd {

class OtherWays;

/// All that a request needs to be decided on: one version of the configuration, and the store that it names. Immutable
/// but for the store's opening; a request takes it once and keeps it to its end.
struct Live {
    std::shared_ptr<const rules::Snapshot> snapshot;
    IdentityNames identity_names;
    std::shared_ptr<StoreOpener> sessions;
    std::unique_ptr<HostNumbers> host_numbers;
    ServerHosts server_hosts;
    std::shared_ptr<OtherWays> other_ways;
    std::uint64_t number;            ///< no other's while the process lives
    bool keeps_credentials = false;  ///< some are called as an identity header is, and must be seen before those go
};

/// What serves now in this process, or null: no configuration was ever good. Any thread.
std::shared_ptr<const Live> current_live() noexcept;

/// What a status page says of the configuration in this process.
struct ConfigurationState {
    std::string uri;              ///< empty: there is none to be read
    std::string version;          ///< that serves; empty: none
    config::Diagnostics refusal;  ///< why the newest text does not serve; empty when it does
    config::Diagnostics warnings;
};
ConfigurationState configuration_state();

/// The header names that no client may set while there is no configuration: the default's, and what could be read of
/// the newest text.
std::shared_ptr<const IdentityNames> names_without_configuration();

/// Looks for a new configuration now, in this process; the others follow as they do when one of them finds it.
/// @return what came of it
ConfigurationState look_now();

/// post_config: reads and compiles in the parent, and keeps the text in case the next one is bad.
void prepare_in_parent(apr_pool_t* pconf, server_rec* main_server);
/// child_init: takes over what the parent compiled and starts the thread that looks for changes, or is told of
/// them by another child: each is in force within a second.
void start_in_child(apr_pool_t* pchild, server_rec* main_server);
/// monitor, in the parent, every ten seconds or so: learns of live changes, so that a restart knows the last good text.
void look_in_parent();
/// test_config: says on stderr what is wrong with the configuration, or that it is good.
void report_for_test(apr_pool_t* pool, server_rec* main_server);

}  // namespace sso::httpd
