#include "registration/hosts_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temporary_folder.hpp"

namespace sso::registration {
namespace {

constexpr std::string_view kHosts =
    "# comment\n"
    "host        dhcp    user    moreUsers     # <--- do not edit this line\n"
    "localhost   0       backuppc\n"
    "  indented 0 nobody\n"
    "Bad;name 0 x\n"
    "DORMEUR\t0\tCmartin\ta,b # note\n"
    "my\\ host 0 eve\n";

TEST(HostsFile, IsReadAsBackupPcReadsIt) {
    const auto hosts = read_hosts(kHosts);
    ASSERT_EQ(hosts.size(), 3U);
    EXPECT_EQ(hosts[0].host, "localhost");
    EXPECT_EQ(hosts[1].host, "dormeur") << "in lower case";
    EXPECT_EQ(hosts[1].user, "Cmartin") << "as written";
    EXPECT_EQ(hosts[2].host, "my host");
}

TEST(HostsFile, AHostIsAppendedAndNothingElseChanges) {
    EXPECT_EQ(with_host(kHosts, "simplet", "cmartin").value(), std::string(kHosts) + "simplet\t0\tcmartin\n");
    EXPECT_EQ(with_host("host dhcp user\nlast 0 x", "a", "b").value(), "host dhcp user\nlast 0 x\na\t0\tb\n");
    EXPECT_EQ(with_host("host dhcp user\r\n", "a", "b").value(), "host dhcp user\r\na\t0\tb\r\n");
}

TEST(HostsFile, AHostOfTheSameOwnerStaysAsItIs) {
    EXPECT_EQ(with_host(kHosts, "dormeur", "Cmartin").value(), kHosts);
}

TEST(HostsFile, AnotherOwnerTakesTheLineOver) {
    const std::string changed = with_host(kHosts, "dormeur", "adupont").value();
    EXPECT_NE(changed.find("dormeur\t0\tadupont\nmy\\ host"), changed.npos);
    EXPECT_EQ(changed.find("Cmartin"), changed.npos);
}

TEST(HostsFile, AHostIsTakenOut) {
    const std::string changed = without_host(kHosts, "dormeur").value();
    EXPECT_EQ(changed.size(), kHosts.size() - std::string_view("DORMEUR\t0\tCmartin\ta,b # note\n").size());
    EXPECT_EQ(without_host(kHosts, "unknown").value(), kHosts);
}

TEST(HostsFile, TwoLinesOfAHostAndAMissingHeaderAreMistakes) {
    EXPECT_FALSE(with_host("host dhcp user\na 0 x\nA 0 y\n", "a", "x"));
    EXPECT_FALSE(without_host("host dhcp user\na 0 x\nA 0 y\n", "a"));
    EXPECT_FALSE(with_host("# nothing\n", "a", "x"));
}

TEST(HostsFile, EachChangeBearsALaterSecondThanTheLast) {  // by which BackupPC knows that it has to read it anew
    const test::TemporaryFolder folder;
    const std::string file = folder.write("hosts", kHosts);
    const timespec ahead[2] = {{4'000'000'000, 0}, {4'000'000'000, 0}};  // as when both fall into one second
    ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), ahead, 0), 0);
    for (const char* host : {"simplet", "prof"}) {
        struct stat before {};
        ASSERT_EQ(::stat(file.c_str(), &before), 0);
        ASSERT_TRUE(
            edit_hosts(folder.path(""), [&](std::string_view text) { return with_host(text, host, "cmartin"); }));
        struct stat now {};
        ASSERT_EQ(::stat(file.c_str(), &now), 0);
        EXPECT_EQ(now.st_mtime, before.st_mtime + 1) << host;
    }
}

}  // namespace
}  // namespace sso::registration
