#include "portal/guess_limit.hpp"

#include <arpa/inet.h>

#include <array>
#include <bit>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/crypto/hash.hpp"

namespace sso::portal {
namespace {

using session::RecordKind;

std::string network_of(std::string_view address) {
    std::array<unsigned char, 16> bytes{};
    if (::inet_pton(AF_INET6, std::string(address).c_str(), bytes.data()) != 1) return std::string(address);
    const in6_addr v6 = std::bit_cast<in6_addr>(bytes);
    if (IN6_IS_ADDR_V4MAPPED(&v6)) {  // as servers write it that listen for both on one socket
        std::array<char, INET_ADDRSTRLEN> text{};
        return ::inet_ntop(AF_INET, &bytes[12], text.data(), text.size());
    }
    return hex_encode({reinterpret_cast<const char*>(bytes.data()), 8});
}

/// Directories compare names without regard to case and blanks, and fold much of Unicode. ASCII is folded here in the
/// same way, and each run of other characters counts as one and the same, so that spellings give few further guesses
/// (the network's own limit bounds those).
std::string folded(std::string_view user) {
    std::string name;
    for (const char c : to_lower(user)) {
        const bool foreign = static_cast<unsigned char>(c) >= 0x80;
        if (c == ' ' || c == '\t' || (foreign && !name.empty() && name.back() == '?')) continue;
        name.push_back(foreign ? '?' : c);
    }
    return name;
}

/// The store's key of a count: a hash, because names and addresses come from outside and may be of any length.
std::string key_of(std::string_view kind, std::string_view user, std::string_view network) {
    const std::string separator(1, '\0');
    return "guess:" + hex_encode(crypto::bytes(crypto::sha256({kind, separator, user, separator, network})));
}

std::string pair_key(std::string_view user, std::string_view address) {
    return key_of("pair", folded(user), network_of(address));
}
std::string name_key(std::string_view user) {
    return key_of("name", folded(user), "");
}
std::string network_key(std::string_view address) {
    return key_of("network", "", network_of(address));
}

}  // namespace

Result<bool> GuessLimit::admits(std::string_view user, std::string_view address, SysSeconds now) {
    const auto count = store_.increment(pair_key(user, address), kWindow, now);
    if (!count) return fail(count.error());
    if (*count > kPerNameAndNetwork) return false;
    for (const std::string& key : {name_key(user), network_key(address)}) {
        const auto barred = store_.get(RecordKind::ticket, key, now);
        if (!barred) return fail(barred.error());
        if (barred->has_value()) return false;
    }
    return true;
}

Status GuessLimit::count_wide(const std::string& key, std::uint64_t most, SysSeconds now) {
    const auto count = store_.increment(key, kWindow, now);
    if (!count) return fail(count.error());
    if (*count < most) return {};
    // A count can be raised but not read, so what it has reached is written down beside it.
    return store_.put(RecordKind::ticket, key, "barred", now + kWindow);
}

Status GuessLimit::failed(std::string_view user, std::string_view address, SysSeconds now) {
    const auto by_name = count_wide(name_key(user), kPerName, now);
    const auto by_network = count_wide(network_key(address), kPerNetwork, now);
    return by_name ? by_network : by_name;
}

Status GuessLimit::forgive(std::string_view user, std::string_view address) {
    return store_.reset(pair_key(user, address));
}

}  // namespace sso::portal
