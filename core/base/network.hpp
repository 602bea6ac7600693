// IP addresses and ranges of them, as text and compared as numbers.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sso {

/// One IPv4 or IPv6 address, without scope or port. An IPv4 address written as IPv6 (::ffff:192.0.2.1) is that IPv4
/// address, so that each has one value.
class Address {
  public:
    /// Nothing for what is not an address in its numeric form.
    static std::optional<Address> parse(std::string_view text);

    [[nodiscard]] bool is_v4() const noexcept { return v4_; }
    [[nodiscard]] std::string text() const;  ///< as RFC 5952 has it
    /// 4 or 16 bytes in network order.
    [[nodiscard]] std::string_view bytes() const noexcept;

    [[nodiscard]] bool is_loopback() const noexcept;
    /// Of no single machine: unspecified, multicast, broadcast, or link-local (good on one wire alone).
    [[nodiscard]] bool is_of_no_host() const noexcept;

    friend bool operator==(const Address&, const Address&) = default;

  private:
    std::array<char, 16> bytes_{};
    bool v4_ = false;
};

/// All addresses that share their first bits: 192.0.2.0/24, 2001:db8::/32, or one address.
class Network {
  public:
    /// Nothing for what is neither an address nor address/length, and where bits behind the length are set.
    static std::optional<Network> parse(std::string_view text);

    [[nodiscard]] bool contains(const Address& address) const noexcept;
    [[nodiscard]] unsigned length() const noexcept { return length_; }  ///< in bits; the longer, the narrower

    friend bool operator==(const Network&, const Network&) = default;

  private:
    Address base_;
    unsigned length_ = 0;
};

}  // namespace sso
