// The memory that all processes of one httpd share: the parent, children before and after a graceful restart, and the
// watcher. For what one of them writes and the others read without asking anybody.
#pragma once

#include <type_traits>

#include "core/config/source_watch.hpp"
#include "core/session/cache_counts.hpp"
#include "core/session/revocation_board.hpp"
#include "mod_sso/counters.hpp"
#include "mod_sso/httpd.hpp"

namespace sso::httpd {

/// One member a subject, each a class of lock-free atomics whose zero bytes are its first state, on cache lines of its
/// own. What is added here is there in every process; nothing is ever freed or moved, and a process may die anywhere in
/// the middle of a write: no member needs two others to agree.
struct SharedMemory {
    alignas(64) session::RevocationBoard revocations;
    alignas(64) session::CacheCounts lookups;
    alignas(64) Counters counters;
    alignas(64) config::SourceWatch configuration;
};
static_assert(std::is_trivially_destructible_v<SharedMemory> && std::is_standard_layout_v<SharedMemory>);

/// post_config, in the parent, before it forks: makes the memory, or finds what an earlier reading of the configuration
/// made. Where the system gives none, each process has its own, and nothing that a watcher writes is seen.
void prepare_shared_memory(server_rec* main_server);

/// After `prepare_shared_memory`. Any process, any thread.
SharedMemory& shared_memory() noexcept;

}  // namespace sso::httpd
