#include "core/config/document.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/config/private_file.hpp"
#include "core/config/settings.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace sso;
using config::open_source;

TEST(Source, ReadsAFileByUriOrByItsPathAlone) {
    const test::TemporaryFolder folder;
    const std::string path = folder.write("sso.toml", "text");
    for (const std::string& uri : {"file:" + path, "file://" + path, path}) {
        const auto source = open_source(uri);
        ASSERT_TRUE(source.has_value()) << uri;
        const auto document = (*source)->fetch();
        ASSERT_TRUE(document.has_value()) << uri;
        EXPECT_EQ(document->origin, path);
        EXPECT_EQ(document->text, "text");
    }
}

TEST(Source, ChangesMarkAndVersionWithTheText) {
    const test::TemporaryFolder folder;
    const std::string path = folder.write("sso.toml", "one");
    const auto source = std::move(*open_source(path));
    const std::string mark = source->mark().value();
    const std::string version = source->fetch()->version;
    EXPECT_EQ(source->mark().value(), mark);
    (void)folder.write("new.toml", "two");
    std::filesystem::rename(folder.path("new.toml"), path);  // same size, perhaps the same second
    EXPECT_NE(source->mark().value(), mark);
    EXPECT_NE(source->fetch()->version, version);
    (void)folder.write("sso.toml", "one");
    EXPECT_EQ(source->fetch()->version, version) << "the version is the text's, not the file's";
}

TEST(Source, SaysWhichFileItCannotReadAndWhy) {
    const test::TemporaryFolder folder;
    const auto missing = std::move(*open_source(folder.path("none.toml")));
    EXPECT_EQ(missing->fetch().error().code, ErrorCode::not_found);
    EXPECT_EQ(missing->mark().error().code, ErrorCode::not_found);
    EXPECT_NE(missing->fetch().error().detail.find(folder.path("none.toml")), std::string::npos);

    const std::string pipe = folder.path("pipe");
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_EQ(open_source(pipe).value()->fetch().error().code, ErrorCode::invalid)
        << "and it does not wait for a writer";

    const std::string large = folder.write("large.toml", std::string(config::kTextLimit + 1, '#'));
    EXPECT_EQ(open_source(large).value()->fetch().error().code, ErrorCode::limit);
}

TEST(Source, RefusesPlacesItDoesNotKnow) {
    for (const auto* uri : {"llng:/var/lib/conf", "http://example.com/", "", "file:", "dir:"}) {
        const auto source = open_source(uri);
        ASSERT_FALSE(source.has_value()) << uri;
        EXPECT_EQ(source.error().code, ErrorCode::invalid);
        EXPECT_NE(source.error().detail.find("write file:"), std::string::npos) << source.error().detail;
    }
}

TEST(SecretFile, IsRefusedWhenEverybodyMayReadOrWriteIt) {
    const test::TemporaryFolder folder;
    const std::string path = folder.write("password", "s3cret");
    EXPECT_EQ(config::read_secret_file(path)->reveal(), "s3cret");
    ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
    EXPECT_TRUE(config::read_secret_file(path).has_value());
    for (const mode_t mode : {0644U, 0602U}) {
        ASSERT_EQ(::chmod(path.c_str(), mode), 0);
        const auto secret = config::read_secret_file(path);
        ASSERT_FALSE(secret.has_value()) << mode;
        EXPECT_EQ(secret.error().code, ErrorCode::refused);
        EXPECT_EQ(secret.error().detail.find("s3cret"), std::string::npos);
    }
}
