// system_resolver: questions to the DNS by glibc's own resolver, which reads /etc/resolv.conf. Not by getnameinfo: it
// gives one name, and does not tell "no name" from "no answer".
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>

#include "core/base/encoding.hpp"
#include "registration/client_name.hpp"

namespace sso::registration {
namespace {

constexpr std::chrono::seconds kPatience{5};
constexpr std::size_t kAnswerBytes = 16'384;
constexpr std::size_t kMostRecords = 64;

/// One process's conversation with its name servers.
class Asker {
  public:
    Asker() : ready_(::res_ninit(&state_) == 0) {
        state_.retrans = 1;  // seconds, doubled at each try
        state_.retry = 2;
    }
    Asker(const Asker&) = delete;
    Asker& operator=(const Asker&) = delete;
    ~Asker() {
        if (ready_) ::res_nclose(&state_);
    }

    /// Calls `read` for each record of this type in the answer.
    template <class Read>
    Status ask(const std::string& name, ns_type type, const Read& read) {
        if (!ready_ || std::chrono::steady_clock::now() >= end_) return no_answer(name);
        std::array<unsigned char, kAnswerBytes> answer;
        const int length =
            ::res_nquery(&state_, name.c_str(), ns_c_in, type, answer.data(), static_cast<int>(answer.size()));
        if (length < 0) {
            const bool says_none = state_.res_h_errno == HOST_NOT_FOUND || state_.res_h_errno == NO_DATA;
            return says_none ? Status() : no_answer(name);
        }
        ns_msg message;
        if (::ns_initparse(answer.data(), std::min(length, static_cast<int>(answer.size())), &message) != 0) {
            return no_answer(name);
        }
        const int count = std::min<int>(ns_msg_count(message, ns_s_an), kMostRecords);
        for (int i = 0; i < count; ++i) {
            ns_rr record;
            if (::ns_parserr(&message, ns_s_an, i, &record) == 0 && ns_rr_type(record) == type) read(message, record);
        }
        return {};
    }

  private:
    static tl::unexpected<Error> no_answer(const std::string& name) {
        return fail(ErrorCode::unavailable, "no name server answers for " + name);
    }
    struct __res_state state_ {};
    bool ready_;
    const std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + kPatience;
};

/// The name under which an address's names are kept (RFC 1035 §3.5, RFC 3596 §2.5).
std::string reverse_name(const Address& address) {
    std::string name;
    const std::string_view bytes = address.bytes();
    if (address.is_v4()) {
        for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
            name += std::to_string(static_cast<unsigned char>(*byte)) + ".";
        }
        return name + "in-addr.arpa";
    }
    const std::string digits = hex_encode(bytes);
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) name += std::string(1, *digit) + ".";
    return name + "ip6.arpa";
}

}  // namespace

Resolver system_resolver() {
    const auto asker = std::make_shared<Asker>();
    Resolver resolver;
    resolver.names_of = [asker](const Address& address) -> Result<std::vector<std::string>> {
        std::vector<std::string> names;
        const auto asked = asker->ask(reverse_name(address), ns_t_ptr, [&](const ns_msg& message, const ns_rr& record) {
            std::array<char, NS_MAXDNAME> name;
            const int length = ::ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), ns_rr_rdata(record),
                                                    name.data(), name.size());
            if (length >= 0) names.emplace_back(name.data());
        });
        if (!asked) return error_of(asked);
        return names;
    };
    resolver.addresses_of = [asker](const std::string& name) -> Result<std::vector<Address>> {
        std::vector<Address> addresses;
        for (const ns_type type : {ns_t_a, ns_t_aaaa}) {
            const auto asked = asker->ask(name, type, [&](const ns_msg&, const ns_rr& record) {
                std::array<char, NS_MAXDNAME> text;
                const int family = type == ns_t_a ? AF_INET : AF_INET6;
                const std::size_t size = type == ns_t_a ? 4 : 16;
                if (ns_rr_rdlen(record) != size) return;
                if (::inet_ntop(family, ns_rr_rdata(record), text.data(), static_cast<socklen_t>(text.size())) ==
                    nullptr) {
                    return;
                }
                if (const auto address = Address::parse(text.data())) addresses.push_back(*address);
            });
            if (!asked) return error_of(asked);
        }
        return addresses;
    };
    return resolver;
}

}  // namespace sso::registration
