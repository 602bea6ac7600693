#include "registration/registry.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "registration/files.hpp"
#include "registration/host_config.hpp"
#include "registration/key_pair.hpp"
#include "tests/support/temporary_folder.hpp"

namespace sso::registration {
namespace {

MachineRecord record(std::string host = "dormeur") {
    return {std::move(host),
            State::active,
            "cmartin",
            "mac",
            "dormeur.univ-brest.fr",
            "192.0.2.7",
            SysSeconds(std::chrono::seconds(1'800'000'000)),
            std::string(32, 'a')};
}

TEST(MachineRecord, IsReadAsItWasWritten) {
    EXPECT_EQ(MachineRecord::parse(record().text()).value(), record());
}

TEST(MachineRecord, AChangedLineIsDamage) {
    const std::string text = record().text();
    for (const auto& [from, to] :
         std::initializer_list<std::pair<std::string, std::string>>{{"active", "lively"},
                                                                    {"dormeur\n", "../x\n"},
                                                                    {"192.0.2.7", "192.0.2"},
                                                                    {"cmartin", "c'martin"},
                                                                    {"mac", "Mac"},
                                                                    {"since 18", "since x"},
                                                                    {"since 18", "since 018"},
                                                                    {"request a", "request g"},
                                                                    {"univ-brest.fr", "univ brest"}}) {
        std::string changed = text;
        const auto at = changed.find(from);
        ASSERT_NE(at, changed.npos) << from;
        EXPECT_FALSE(MachineRecord::parse(changed.replace(at, from.size(), to))) << from << " " << to;
    }
    EXPECT_FALSE(MachineRecord::parse(text + "more x\n"));
    EXPECT_FALSE(MachineRecord::parse(text.substr(0, text.size() - 1)));
    EXPECT_FALSE(MachineRecord::parse(""));
}

TEST(Registry, KeepsOneFileAMachine) {
    const test::TemporaryFolder folder;
    const Registry registry(folder.path(""));
    EXPECT_FALSE(registry.find("dormeur").value());
    ASSERT_TRUE(registry.put(record()));
    ASSERT_TRUE(registry.put(record("atchoum")));
    EXPECT_EQ(registry.find("dormeur").value(), record());
    ASSERT_EQ(registry.list()->size(), 2U);
    EXPECT_EQ(registry.list()->front().host, "atchoum");
    ASSERT_TRUE(registry.erase("dormeur"));
    EXPECT_TRUE(registry.erase("dormeur")) << "gone already";
    EXPECT_EQ(registry.list()->size(), 1U);
}

TEST(Registry, ARecordUnderAnotherNameIsDamage) {
    const test::TemporaryFolder folder;
    ASSERT_FALSE(folder.write("simplet", record().text()).empty());
    const Registry registry(folder.path(""));
    EXPECT_EQ(registry.find("simplet").error().code, ErrorCode::corrupt);
    EXPECT_EQ(registry.list().error().code, ErrorCode::corrupt);
}

TEST(KeyPairs, AreMadeOnceAndARotationWaitsForTheMachine) {
    const test::TemporaryFolder folder;
    const KeyPairs keys(folder.path(""));
    EXPECT_EQ(keys.find("dormeur").error().code, ErrorCode::not_found);
    const std::string first = keys.ensure("dormeur", config::KeyType::ed25519).value();
    EXPECT_TRUE(first.ends_with(" backuppc server to client dormeur ssh key")) << first;
    EXPECT_EQ(keys.ensure("dormeur", config::KeyType::rsa).value(), first);
    ASSERT_TRUE(keys.prepare_rotation("dormeur", config::KeyType::ed25519));
    EXPECT_EQ(keys.find("dormeur").value(), first) << "the old pair serves on";
    const std::string second = keys.ensure("dormeur", config::KeyType::ed25519).value();
    EXPECT_NE(second, first);
    EXPECT_FALSE(keys.is_rotation_waiting("dormeur"));
    struct stat status {};
    ASSERT_EQ(::stat(keys.private_key_path("dormeur").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
    ASSERT_TRUE(keys.destroy("dormeur"));
    EXPECT_EQ(keys.find("dormeur").error().code, ErrorCode::not_found);
}

TEST(KeyPairs, HalvesThatDoNotBelongTogetherAreNeverReplacedInSilence) {
    const test::TemporaryFolder folder;
    const KeyPairs keys(folder.path(""));
    ASSERT_TRUE(keys.ensure("dormeur", config::KeyType::ed25519));
    const std::string other = keys.ensure("simplet", config::KeyType::ed25519).value();
    ASSERT_TRUE(write_atomically(keys.private_key_path("dormeur") + ".pub", other + "\n"));
    EXPECT_EQ(keys.ensure("dormeur", config::KeyType::ed25519).error().code, ErrorCode::corrupt);
    ASSERT_TRUE(keys.replace("dormeur", config::KeyType::ed25519));
    EXPECT_TRUE(keys.ensure("dormeur", config::KeyType::ed25519));
}

TEST(PublicKeyLine, HasNoOptionsAndIsOfTheKindItSays) {
    EXPECT_TRUE(
        is_public_key_line("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBgsnE08O/EQsTDIflUxD/h/fPv0eNjXkgJxHzgtb/xq c"));
    EXPECT_FALSE(is_public_key_line("ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIBgsnE08O/EQsTDIflUxD/h/fPv0eNjXkgJxHzgtb/xq c"));
    EXPECT_FALSE(is_public_key_line("restrict ssh-ed25519 AAAA"));
    EXPECT_FALSE(is_public_key_line("ssh-ed25519"));
    EXPECT_FALSE(is_public_key_line(""));
}

TEST(HostConfigs, WhatTheOwnerChangedStaysAndWhatIsNotOursIsNotTouched) {
    const test::TemporaryFolder folder;
    ASSERT_EQ(::mkdir(folder.path("pc").c_str(), 0700), 0);
    const HostConfigs configs(folder.path("").substr(0, folder.path("").size() - 1));
    const KeyPairs keys("/keys");
    const config::RegistrationSettings settings;
    ASSERT_TRUE(configs.write(record(), settings, keys));
    const std::string path = folder.path("pc/dormeur.pl");
    const std::string edited = host_config(record(), settings, keys) + "$Conf{FullPeriod} = '3';\n";
    ASSERT_TRUE(write_atomically(path, edited));
    ASSERT_TRUE(configs.write(record(), settings, keys));
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(static_cast<std::size_t>(status.st_size), edited.size()) << "kept";

    MachineRecord moved = record();
    moved.alias = "192.0.2.9";
    ASSERT_TRUE(configs.write(moved, settings, keys));
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_LT(static_cast<std::size_t>(status.st_size), edited.size()) << "written anew for another address";

    ASSERT_TRUE(write_atomically(path, "$Conf{XferMethod} = 'tar';\n"));
    EXPECT_EQ(configs.write(record(), settings, keys).error().code, ErrorCode::exists);
    EXPECT_EQ(configs.remove("dormeur").error().code, ErrorCode::exists);
}

}  // namespace
}  // namespace sso::registration
