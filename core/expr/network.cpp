#include "core/expr/network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace sso::expr {
namespace {

struct Address {
    std::array<std::uint8_t, 16> bytes{};
    unsigned bits = 0;  ///< 32 or 128
};

std::optional<Address> parse_address(std::string_view text) noexcept {
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.size() >= terminated.size()) return std::nullopt;
    std::copy(text.begin(), text.end(), terminated.begin());
    Address address;
    if (inet_pton(AF_INET6, terminated.data(), address.bytes.data()) == 1) {
        address.bits = 128;
        return address;
    }
    if (inet_pton(AF_INET, terminated.data(), address.bytes.data()) == 1) {
        address.bits = 32;
        return address;
    }
    return std::nullopt;
}

}  // namespace

bool address_in_network(std::string_view address, std::string_view network) noexcept {
    const auto slash = network.find('/');
    const auto host = parse_address(address);
    const auto prefix = parse_address(network.substr(0, slash));
    if (!host || !prefix || host->bits != prefix->bits) return false;
    unsigned length = prefix->bits;
    if (slash != network.npos) {
        const std::string_view digits = network.substr(slash + 1);
        const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), length);
        if (digits.empty() || parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) return false;
        if (length > prefix->bits) return false;
    }
    for (unsigned bit = 0; bit < length; ++bit) {
        const unsigned mask = 0x80U >> (bit % 8);
        if (((host->bytes[bit / 8] ^ prefix->bytes[bit / 8]) & mask) != 0) return false;
    }
    return true;
}

}  // namespace sso::expr
