#include "registration/client_name.hpp"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/temporary_folder.hpp"

namespace sso::registration {
namespace {

TEST(SshConnection, HasFourFieldsAndNoOther) {
    const auto connection = SshConnection::parse("::ffff:192.0.2.7 40000 192.0.2.1 22");
    ASSERT_TRUE(connection);
    EXPECT_EQ(connection->client.text(), "192.0.2.7");
    EXPECT_EQ(connection->client_port, 40000);
    for (const char* text :
         {"", "192.0.2.7 40000 192.0.2.1", "192.0.2.7 0 192.0.2.1 22", "192.0.2.7 40000 192.0.2.1 22 x",
          "host 40000 192.0.2.1 22", "192.0.2.7  40000 192.0.2.1 22", "192.0.2.7 70000 192.0.2.1 22"}) {
        EXPECT_FALSE(SshConnection::parse(text)) << text;
    }
}

TEST(HostsTable, TheNarrowestRangeNamesTheMachine) {
    const auto table = HostsTable::parse("10.0.0.0/8 campus # all\n\n10.1.2.3\tdormeur\n10.1.0.0/16 lab\r\n");
    ASSERT_TRUE(table);
    EXPECT_EQ(table->find(*Address::parse("10.1.2.3")), "dormeur");
    EXPECT_EQ(table->find(*Address::parse("10.1.2.4")), "lab");
    EXPECT_EQ(table->find(*Address::parse("10.9.9.9")), "campus");
    EXPECT_FALSE(table->find(*Address::parse("11.0.0.1")));
}

TEST(HostsTable, MistakesAreNamedByTheirLine) {
    EXPECT_EQ(HostsTable::parse("10.1.2.3 a\n10.1.2.3 b\n").error().detail.substr(0, 7), "line 2:");
    EXPECT_FALSE(HostsTable::parse("dormeur 10.1.2.3\n"));
    EXPECT_FALSE(HostsTable::parse("10.1.2.3\n"));
    EXPECT_FALSE(HostsTable::parse("10.1.2.3/8 x\n"));
}

struct Dns {
    std::map<std::string, std::vector<std::string>> names, addresses;
    bool answers = true;
    [[nodiscard]] Resolver resolver() const {
        return {[this](const Address& address) -> Result<std::vector<std::string>> {
                    if (!answers) return fail(ErrorCode::unavailable, "no answer");
                    const auto found = names.find(address.text());
                    return found == names.end() ? std::vector<std::string>() : found->second;
                },
                [this](const std::string& name) -> Result<std::vector<Address>> {
                    std::vector<Address> found;
                    const auto texts = addresses.find(name);
                    if (texts == addresses.end()) return found;
                    for (const std::string& text : texts->second) found.push_back(*Address::parse(text));
                    return found;
                }};
    }
};

struct ClientNameTest : testing::Test {
    config::RegistrationSettings settings;
    Dns dns;
    ClientNameTest() { settings.dns_suffixes = {".example.com", ".lab.example.com"}; }
    Result<ClientName> name(const std::string& address = "192.0.2.7") {
        return name_client(*SshConnection::parse(address + " 4000 192.0.2.1 22"), settings, dns.resolver());
    }
};

TEST_F(ClientNameTest, ANameCountsWhenItLeadsBackToTheAddress) {
    dns.names["192.0.2.7"] = {"Dormeur.Example.com"};
    dns.addresses["dormeur.example.com"] = {"192.0.2.6", "192.0.2.7"};
    ASSERT_TRUE(name());
    EXPECT_EQ(name()->host, "dormeur");
    EXPECT_EQ(name()->alias, "dormeur.example.com");
    dns.addresses["dormeur.example.com"] = {"192.0.2.6"};
    EXPECT_EQ(name().error().code, ErrorCode::not_found) << "a name that only the address's owner claims";
}

TEST_F(ClientNameTest, SeveralNamesForeignNamesAndNoneAreRefused) {
    EXPECT_EQ(name().error().code, ErrorCode::not_found);
    dns.names["192.0.2.7"] = {"dormeur.elsewhere.org", "a b.example.com", "x.y.example.com", ".example.com"};
    dns.addresses["dormeur.elsewhere.org"] = dns.addresses["x.y.example.com"] = {"192.0.2.7"};
    EXPECT_EQ(name().error().code, ErrorCode::not_found);
    dns.names["192.0.2.7"] = {"dormeur.example.com", "simplet.lab.example.com"};
    dns.addresses["dormeur.example.com"] = dns.addresses["simplet.lab.example.com"] = {"192.0.2.7"};
    EXPECT_EQ(name().error().code, ErrorCode::not_found);
}

TEST_F(ClientNameTest, ADnsThatDoesNotAnswerIsNoMissingName) {
    dns.answers = false;
    EXPECT_EQ(name().error().code, ErrorCode::unavailable);
}

TEST_F(ClientNameTest, SomeAddressesNeverRegister) {
    settings.refused_addresses = {"198.51.100.0/24"};
    for (const char* address : {"127.0.0.5", "192.0.2.1", "169.254.1.1", "198.51.100.9"}) {
        dns.names[address] = {"dormeur.example.com"};
        dns.addresses["dormeur.example.com"] = {address};
        EXPECT_EQ(name(address).error().code, ErrorCode::not_found) << address;
    }
    settings.local_clients = true;
    dns.addresses["dormeur.example.com"] = {"127.0.0.5"};
    EXPECT_TRUE(name("127.0.0.5"));
}

TEST_F(ClientNameTest, AReservedNameIsRefused) {
    dns.names["192.0.2.7"] = {"config.example.com"};
    dns.addresses["config.example.com"] = {"192.0.2.7"};
    EXPECT_EQ(name().error().code, ErrorCode::not_found);
}

TEST_F(ClientNameTest, ATableNamesWithoutTheDns) {
    const test::TemporaryFolder folder;
    settings.hosts_table = folder.write("machines", "192.0.2.7 Dormeur\n192.0.2.8 simplet.example.com\n");
    dns.answers = false;
    EXPECT_EQ(name()->host, "dormeur");
    EXPECT_EQ(name()->alias, "192.0.2.7") << "reached by its address";
    EXPECT_EQ(name("192.0.2.8")->host, "simplet");
    EXPECT_EQ(name("192.0.2.8")->alias, "simplet.example.com");
    EXPECT_EQ(name("192.0.2.9").error().code, ErrorCode::not_found);
    settings.hosts_table = folder.path("nowhere");
    EXPECT_EQ(name().error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace sso::registration
