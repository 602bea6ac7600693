#include "core/session/kept_record.hpp"

#include <gtest/gtest.h>

namespace sso::session {
namespace {

class KeptRecordTest : public testing::Test {
  protected:
    KeptRecordTest() {
        board_->identify({11, 12, 13, 14});
        other_board_->identify({11, 12, 13, 15});
    }
    [[nodiscard]] std::string sealed() {
        Attributes attributes;
        attributes.set("uid", "alice");
        attributes.set("padding", std::string(200, 'p'));
        const Session session{id_, {"alice", kCreated, kSeen, "192.0.2.1", "Browser"}, attributes};
        return KeptRecord::seal({*board_, kMark, id_}, cookie_, {7, kAsked, kCreated, kSeen},
                                KeptSession::open(session.seal(cookie_), cookie_, names_, opener_).value());
    }
    std::optional<KeptRecord::Contents> open(std::string_view bytes, const KeptRecord::Home& home,
                                             const SessionCookie& cookie) {
        const auto record = KeptRecord::read(bytes);
        return record ? record->open(home, cookie, names_, opener_) : std::nullopt;
    }

    static constexpr std::uint64_t kMark = 5;
    static constexpr SysSeconds kCreated{std::chrono::seconds{1'700'000'000}};
    static constexpr SysSeconds kSeen{std::chrono::seconds{1'700'000'060}};
    static constexpr KeptRecord::Steady kAsked{std::chrono::seconds{99}};
    const SessionCookie cookie_ = SessionCookie::generate();
    const SessionId id_ = cookie_.id();
    const std::unique_ptr<RevocationBoard> board_ = std::make_unique<RevocationBoard>();
    const std::unique_ptr<RevocationBoard> other_board_ = std::make_unique<RevocationBoard>();
    NameLists names_;
    crypto::Opener opener_;
};

TEST_F(KeptRecordTest, OpensWithTheCookieAtHome) {
    const std::string bytes = sealed();
    EXPECT_EQ(bytes.find("ppp"), std::string::npos) << "it is sealed";
    EXPECT_EQ(bytes.find("alice"), std::string::npos);
    const auto record = KeptRecord::read(bytes);
    ASSERT_TRUE(record);
    EXPECT_EQ(record->epoch(), 7U);
    EXPECT_EQ(record->asked(), kAsked);
    for (int i = 0; i < 2; ++i) {
        const auto opened = record->open({*board_, kMark, id_}, cookie_, names_, opener_);
        ASSERT_TRUE(opened);
        EXPECT_EQ(opened->created, kCreated);
        EXPECT_EQ(opened->last_seen, kSeen);
        EXPECT_EQ(opened->session.id, id_);
        EXPECT_EQ(opened->session.user(), "alice");
        EXPECT_EQ(opened->session.attributes.find_text("uid"), "alice");
    }
}

TEST_F(KeptRecordTest, OpensNowhereElseAndWithNoOtherCookie) {
    const std::string bytes = sealed();
    const SessionCookie another = SessionCookie::generate();
    const SessionId other_id = another.id();
    EXPECT_FALSE(open(bytes, {*other_board_, kMark, id_}, cookie_)) << "another host's";
    EXPECT_FALSE(open(bytes, {*board_, kMark + 1, id_}, cookie_)) << "another store's";
    EXPECT_FALSE(open(bytes, {*board_, kMark, other_id}, cookie_)) << "another session's";
    EXPECT_FALSE(open(bytes, {*board_, kMark, id_}, another));
    EXPECT_TRUE(open(bytes, {*board_, kMark, id_}, cookie_)) << "those have spoiled nothing";
}

TEST_F(KeptRecordTest, DoesNotOpenWithABitChangedOrAByteMissing) {
    const std::string bytes = sealed();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            std::string changed = bytes;
            changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
            EXPECT_FALSE(open(changed, {*board_, kMark, id_}, cookie_)) << at;
        }
        EXPECT_FALSE(open(bytes.substr(0, at), {*board_, kMark, id_}, cookie_)) << at;
    }
    EXPECT_FALSE(open(bytes + "x", {*board_, kMark, id_}, cookie_));
}

TEST_F(KeptRecordTest, IsNoneOfATimeThatSumsWouldOverflowWith) {
    std::string bytes = sealed();
    bytes[9] = '\x7F';  // the uppermost byte of the time
    EXPECT_FALSE(KeptRecord::read(bytes));
    bytes[9] = '\x80';
    EXPECT_FALSE(KeptRecord::read(bytes));
}

TEST_F(KeptRecordTest, IsNotWhatTheSessionsOwnerCanSealAlone) {
    // the owner knows the cookie, and not the board's identity
    const std::string bytes = sealed();
    const std::string_view head = std::string_view(bytes).substr(0, 17);
    const std::string forged = std::string(head) + crypto::seal(cookie_.key(), "whatever", head);
    EXPECT_FALSE(open(forged, {*board_, kMark, id_}, cookie_));
}

}  // namespace
}  // namespace sso::session
