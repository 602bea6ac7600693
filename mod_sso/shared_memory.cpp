#include "mod_sso/shared_memory.hpp"

#include <sys/mman.h>

#include <cassert>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "core/crypto/random.hpp"

namespace sso::httpd {
namespace {

// httpd keeps this over restarts, which unload the module: a later one may be of another make. The name says of which
// make `Retained` is; `layout` of which the memory.
constexpr const char* kRetained = "mod_sso: shared memory, 1";
struct Retained {
    void* memory;
    std::uint64_t layout;
};

/// Children of a module with another layout keep the memory that they know; nobody writes to it any more.
constexpr std::uint64_t kLayout = sizeof(SharedMemory);

/// This process's. A plain pointer: the memory outlives the module.
SharedMemory* memory = nullptr;

void* map_shared(std::size_t bytes) noexcept {
    void* mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return mapped == MAP_FAILED ? nullptr : mapped;
}

void identify(session::RevocationBoard& board) {
    if (board.is_identified()) return;
    session::RevocationBoard::Identity identity{};
    std::memcpy(identity.data(), crypto::random_bytes(sizeof identity).data(), sizeof identity);
    board.identify(identity);
}

}  // namespace

void prepare_shared_memory(server_rec* main_server) {
    auto* retained = static_cast<Retained*>(ap_retained_data_get(kRetained));
    if (retained == nullptr) retained = static_cast<Retained*>(ap_retained_data_create(kRetained, sizeof(Retained)));
    if (retained->memory == nullptr || retained->layout != kLayout) {
        void* mapped = map_shared(sizeof(SharedMemory));
        if (mapped == nullptr) {
            ap_log_error(
                APLOG_MARK, APLOG_ERR, errno, main_server,
                "SSO0370: no memory that processes share; sessions are asked for anew each quarter of a second");
            mapped = apr_palloc(main_server->process->pool, sizeof(SharedMemory) + alignof(SharedMemory));
            const auto address = reinterpret_cast<std::uintptr_t>(mapped);
            mapped = static_cast<char*>(mapped) + (alignof(SharedMemory) - address % alignof(SharedMemory));
        }
        retained->memory = ::new (mapped) SharedMemory();
        retained->layout = kLayout;
    }
    memory = static_cast<SharedMemory*>(retained->memory);
    identify(memory->revocations);
    memory->counters.begin(apr_time_sec(apr_time_now()));
}

SharedMemory& shared_memory() noexcept {
    assert(memory != nullptr);
    return *memory;
}

}  // namespace sso::httpd
