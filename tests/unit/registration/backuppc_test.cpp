#include "registration/backuppc.hpp"

#include <gtest/gtest.h>

namespace sso::registration {
namespace {

TEST(BackupPcAdmins, AreFoundAsWordsAsBackupPcFindsThem) {
    BackupPcAdmins admins{"backuppc jean-paul", {"eve"}};
    for (const char* name : {"jean", "paul", "jean-paul", "BackupPC", "eve"}) EXPECT_TRUE(admins.include(name)) << name;
    for (const char* name : {"jea", "pau", "backup", "alice", "ev"}) EXPECT_FALSE(admins.include(name)) << name;
    admins.users = "*";
    EXPECT_TRUE(admins.include("alice"));
}

TEST(PerlSetting, IsTheLastTextThatIsAssigned) {
    const std::string text =
        "#$Conf{CgiAdminUsers} = 'x';\n$Conf{CgiAdminUsers}     = 'backuppc';\n  $Conf{CgiAdminUsers} = \"jean paul\"; "
        "# y\n"
        "$Conf{CgiAdminUserGroup} = $other;\n";
    EXPECT_EQ(perl_setting(text, "CgiAdminUsers"), "jean paul");
    EXPECT_EQ(perl_setting(text, "CgiAdminUserGroup"), "");
}

}  // namespace
}  // namespace sso::registration
