#include "core/base/network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace sso {
namespace {

constexpr std::size_t kLongest = 64;  // of an address as text

unsigned char byte_at(std::string_view bytes, std::size_t i) noexcept {
    return static_cast<unsigned char>(bytes[i]);
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
    if (text.empty() || text.size() > kLongest || text.find('\0') != text.npos) return std::nullopt;
    const std::string terminated(text);
    Address address;
    if (::inet_pton(AF_INET, terminated.c_str(), address.bytes_.data()) == 1) {
        address.v4_ = true;
        return address;
    }
    if (::inet_pton(AF_INET6, terminated.c_str(), address.bytes_.data()) != 1) return std::nullopt;
    constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xFF\xFF", 12);
    if (std::string_view(address.bytes_.data(), kMapped.size()) == kMapped) {
        std::copy(address.bytes_.begin() + 12, address.bytes_.end(), address.bytes_.begin());
        std::fill(address.bytes_.begin() + 4, address.bytes_.end(), '\0');
        address.v4_ = true;
    }
    return address;
}

std::string_view Address::bytes() const noexcept {
    return {bytes_.data(), v4_ ? std::size_t{4} : bytes_.size()};
}

std::string Address::text() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), text.data(), static_cast<socklen_t>(text.size()));
    return text.data();
}

bool Address::is_loopback() const noexcept {
    if (v4_) return byte_at(bytes(), 0) == 127;
    return std::all_of(bytes_.begin(), bytes_.end() - 1, [](char c) { return c == 0; }) && bytes_.back() == 1;
}

bool Address::is_of_no_host() const noexcept {
    const unsigned char first = byte_at(bytes(), 0);
    const unsigned char second = byte_at(bytes(), 1);
    if (v4_) return first == 0 || first >= 224 || (first == 169 && second == 254);
    const bool unspecified = std::all_of(bytes_.begin(), bytes_.end(), [](char c) { return c == 0; });
    return unspecified || first == 0xFF || (first == 0xFE && (second & 0xC0U) == 0x80U);
}

std::optional<Network> Network::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto base = Address::parse(text.substr(0, slash));
    if (!base) return std::nullopt;
    Network network;
    network.base_ = *base;
    const auto bits = static_cast<unsigned>(base->bytes().size() * 8);
    network.length_ = bits;
    if (slash == text.npos) return network;
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), network.length_);
    if (problem != std::errc{} || end != digits.data() + digits.size() || network.length_ > bits) return std::nullopt;
    for (std::size_t bit = network.length_; bit < bits; ++bit) {
        if ((byte_at(base->bytes(), bit / 8) & (0x80U >> (bit % 8))) != 0) return std::nullopt;
    }
    return network;
}

bool Network::contains(const Address& address) const noexcept {
    if (address.is_v4() != base_.is_v4()) return false;
    const std::size_t whole = length_ / 8;
    if (address.bytes().substr(0, whole) != base_.bytes().substr(0, whole)) return false;
    if (length_ % 8 == 0) return true;
    const auto mask = static_cast<unsigned char>(0xFF00U >> (length_ % 8));
    return ((byte_at(address.bytes(), whole) ^ byte_at(base_.bytes(), whole)) & mask) == 0;
}

}  // namespace sso
