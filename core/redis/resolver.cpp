#include "core/redis/resolver.hpp"

#include <array>
#include <ctime>
#include <string>

namespace sso::redis {

/// What glibc's asynchronous lookup reads and writes while it runs.
struct Resolver::Query {
    Query(const std::string& host_name, const std::string& port_number) : host(host_name), port(port_number) {
        hints.ai_family = AF_UNSPEC;
        hints.ai_socktype = SOCK_STREAM;
        hints.ai_flags = AI_ADDRCONFIG;
        request.ar_name = host.c_str();
        request.ar_service = port.c_str();
        request.ar_request = &hints;
    }
    ~Query() {
        if (request.ar_result != nullptr) ::freeaddrinfo(request.ar_result);
    }
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    std::string host, port;
    addrinfo hints{};
    gaicb request{};
};

namespace {

auto lookup_failed(const std::string& host, int code) {
    return fail(ErrorCode::unavailable, "looking up " + host + ": " + ::gai_strerror(code));
}

/// An address needs no resolver, and most configurations have one.
AddressList numeric_address(const std::string& host, const std::string& port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* list = nullptr;
    if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &list) != 0) return nullptr;
    return {list, [](addrinfo* head) { ::freeaddrinfo(head); }};
}

timespec to_timespec(std::chrono::milliseconds duration) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
    return {static_cast<time_t>(seconds.count()),
            static_cast<long>(std::chrono::nanoseconds(duration - seconds).count())};
}

}  // namespace

Resolver::Resolver(const Endpoint& endpoint) : host_(endpoint.host), port_(std::to_string(endpoint.port)) {}

Resolver::~Resolver() {
    // glibc still writes into a query that it will not cancel: then its memory is left to the process's end.
    if (pending_ && ::gai_error(&pending_->request) == EAI_INPROGRESS &&
        ::gai_cancel(&pending_->request) == EAI_NOTCANCELED) {
        static_cast<void>(new std::shared_ptr<Query>(std::move(pending_)));
    }
}

Result<AddressList> Resolver::addresses(Deadline deadline) {
    if (auto numeric = numeric_address(host_, port_)) return numeric;

    std::shared_ptr<Query> query;
    {
        const std::lock_guard lock(mutex_);
        if (!pending_ || ::gai_error(&pending_->request) != EAI_INPROGRESS) {  // an answer nobody took is old
            auto fresh = std::make_shared<Query>(host_, port_);
            std::array<gaicb*, 1> list{&fresh->request};
            if (const int code = ::getaddrinfo_a(GAI_NOWAIT, list.data(), 1, nullptr); code != 0) {
                return lookup_failed(host_, code);
            }
            pending_ = std::move(fresh);
        }
        query = pending_;
    }
    const std::array<const gaicb*, 1> list{&query->request};
    while (::gai_error(&query->request) == EAI_INPROGRESS) {
        const auto left = remaining(deadline);
        if (left == left.zero()) return lookup_failed(host_, EAI_AGAIN);
        const timespec timeout = to_timespec(left);
        ::gai_suspend(list.data(), 1, &timeout);
    }
    if (const int code = ::gai_error(&query->request); code != 0) return lookup_failed(host_, code);
    if (query->request.ar_result == nullptr) return lookup_failed(host_, EAI_NONAME);
    return AddressList(query, query->request.ar_result);
}

}  // namespace sso::redis
