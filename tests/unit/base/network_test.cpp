#include "core/base/network.hpp"

#include <gtest/gtest.h>

namespace sso {
namespace {

TEST(Address, AnIpv4AddressWrittenAsIpv6IsThatIpv4Address) {
    const auto mapped = Address::parse("::ffff:192.0.2.7");
    ASSERT_TRUE(mapped);
    EXPECT_EQ(*mapped, *Address::parse("192.0.2.7"));
    EXPECT_EQ(mapped->text(), "192.0.2.7");
}

TEST(Address, WhatIsNoNumericAddressIsNone) {
    for (const std::string_view text : {"", "192.0.2", "192.0.2.256", "0192.0.2.1", "host", "::1%lo", "[::1]",
                                        "1.2.3.4 ", "fe80::1%eth0", "2001:db8::/32"}) {
        EXPECT_FALSE(Address::parse(text)) << text;
    }
    EXPECT_FALSE(Address::parse(std::string_view("127.0.0.1\0", 10)));
}

TEST(Address, KnowsAddressesOfNoSingleMachine) {
    for (const char* text : {"0.0.0.0", "224.0.0.1", "255.255.255.255", "169.254.3.4", "::", "ff02::1", "fe80::1"}) {
        EXPECT_TRUE(Address::parse(text)->is_of_no_host()) << text;
    }
    for (const char* text : {"10.0.0.1", "127.0.0.1", "2001:db8::1", "fec0::1"}) {
        EXPECT_FALSE(Address::parse(text)->is_of_no_host()) << text;
    }
    EXPECT_TRUE(Address::parse("127.9.9.9")->is_loopback());
    EXPECT_TRUE(Address::parse("::1")->is_loopback());
    EXPECT_FALSE(Address::parse("::2")->is_loopback());
}

TEST(Network, HoldsTheAddressesThatShareItsFirstBits) {
    const auto network = Network::parse("10.1.64.0/18");
    ASSERT_TRUE(network);
    EXPECT_TRUE(network->contains(*Address::parse("10.1.64.0")));
    EXPECT_TRUE(network->contains(*Address::parse("10.1.127.255")));
    EXPECT_FALSE(network->contains(*Address::parse("10.1.128.0")));
    EXPECT_FALSE(network->contains(*Address::parse("2001:db8::1")));
    EXPECT_TRUE(Network::parse("::/0")->contains(*Address::parse("2001:db8::1")));
    EXPECT_TRUE(Network::parse("0.0.0.0/0")->contains(*Address::parse("8.8.8.8")));
    EXPECT_TRUE(Network::parse("2001:db8::1")->contains(*Address::parse("2001:db8::1")));
}

TEST(Network, BitsBehindTheLengthAndWrongLengthsAreRefused) {
    for (const char* text : {"10.1.2.3/16", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "10.0.0.0/-1", "::1/64", "/8"}) {
        EXPECT_FALSE(Network::parse(text)) << text;
    }
}

}  // namespace
}  // namespace sso
