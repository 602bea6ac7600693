#include "core/redis/resolver.hpp"

#include <condition_variable>
#include <system_error>
#include <thread>
#include <utility>

#include "core/base/signals_held.hpp"

namespace sso::redis {

/// What the thread that asks leaves for those who wait.
struct Resolver::Query {
    std::mutex mutex;
    std::condition_variable answered;
    bool done = false;  // under mutex, as the answer is
    int code = EAI_AGAIN;
    AddressList addresses;
};

namespace {

auto lookup_failed(const std::string& host, int code) {
    return fail(ErrorCode::unavailable, "looking up " + host + ": " + ::gai_strerror(code));
}

/// getaddrinfo's answer: its code, and the addresses if that is 0.
std::pair<int, AddressList> look_up(const std::string& host, const std::string& port, int flags) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    addrinfo* list = nullptr;
    const int code = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &list);
    if (code != 0) return {code, nullptr};
    return {0, AddressList(list, [](addrinfo* head) { ::freeaddrinfo(head); })};
}

}  // namespace

Resolver::Resolver(const Endpoint& endpoint) : host_(endpoint.host), port_(std::to_string(endpoint.port)) {}

// Not glibc's getaddrinfo_a: its threads are unknown to the thread sanitizer, which they crash.
std::shared_ptr<Resolver::Query> Resolver::start(std::string host, std::string port) {
    auto query = std::make_shared<Query>();
    try {
        const SignalsHeld held;
        std::thread([query, host = std::move(host), port = std::move(port)] {
            auto [code, addresses] = look_up(host, port, AI_ADDRCONFIG);
            {
                const std::lock_guard lock(query->mutex);
                query->code = code;
                query->addresses = std::move(addresses);
                query->done = true;
            }
            query->answered.notify_all();
        }).detach();
    } catch (const std::system_error&) {
        query->done = true;  // with EAI_AGAIN
    }
    return query;
}

Result<AddressList> Resolver::addresses(Deadline deadline) {
    // an address needs no resolver, and most configurations have one
    if (auto numeric = look_up(host_, port_, AI_NUMERICHOST | AI_NUMERICSERV).second) return numeric;

    std::shared_ptr<Query> query;
    {
        const std::lock_guard lock(mutex_);
        const auto is_done = [](Query& pending) {
            const std::lock_guard looking(pending.mutex);
            return pending.done;
        };
        if (!pending_ || is_done(*pending_)) pending_ = start(host_, port_);  // an answer from before is old
        query = pending_;
    }
    std::unique_lock lock(query->mutex);
    if (!query->answered.wait_until(lock, deadline, [&] { return query->done; })) {
        return lookup_failed(host_, EAI_AGAIN);
    }
    if (query->code != 0) return lookup_failed(host_, query->code);
    return query->addresses;
}

}  // namespace sso::redis
