// The configuration in the life of httpd: compiled in the parent before it forks, swapped whole in each child. The
// watcher asks for changes; a child has a thread that takes them up, under prefork from the first of them on. Whatever
// the text holds, httpd starts.
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
    std::shared_ptr<const void> last_to_go;  ///< lives for as long as any part of this does
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
/// The same for a request that begins. In a child that serves one request at a time, the first one that comes after a
/// change, or when nobody has asked for changes lately, waits half a second for it at most.
std::shared_ptr<const Live> live_for(const request_rec* r);
/// Whether that is `held`, which the caller holds: costs less than to take it anew.
bool is_live_for(const request_rec* r, const Live* held);

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
/// child_init: takes over what the parent compiled and, where requests have threads, starts the one that asks for
/// changes, or is told of them by another process: each is in force within a second.
void start_in_child(apr_pool_t* pchild, server_rec* main_server);
/// In the watcher, once: starts a thread that asks for changes on behalf of all, until the process ends. Throws where
/// no thread is to be had: then the children ask.
void ask_in_watcher();
/// monitor, in the parent, every ten seconds or so: learns of live changes, so that a restart knows the last good text.
void look_in_parent();
/// test_config: says on stderr what is wrong with the configuration, or that it is good.
void report_for_test(apr_pool_t* pool, server_rec* main_server);

}  // namespace sso::httpd
