#include "core/session/session.hpp"

#include <gtest/gtest.h>

#include "core/crypto/hash.hpp"

namespace sso::session {
namespace {

SysSeconds at(std::int64_t seconds) {
    return SysSeconds(std::chrono::seconds(seconds));
}

Session alice(const SessionCookie& cookie) {
    Attributes attributes;
    attributes.set("uid", "alice");
    attributes.set("cn", "Alice \xC9lise");
    return {cookie.id(), {"alice", at(1'800'000'000), at(1'800'000'060), "192.0.2.1", "Browser/1.0"}, attributes};
}

TEST(SealedSession, OpensWithItsCookie) {
    const SessionCookie cookie = SessionCookie::generate();
    const Session session = alice(cookie);
    const auto opened = session.seal(cookie).open(cookie);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->id, session.id);
    EXPECT_EQ(opened->facts, session.facts);
    EXPECT_TRUE(opened->attributes == session.attributes);
}

TEST(SealedSession, ShowsNothingOfTheAttributes) {
    const SessionCookie cookie = SessionCookie::generate();
    const SealedSession sealed = alice(cookie).seal(cookie);
    EXPECT_EQ(sealed.sealed.find("lise"), std::string::npos);
    EXPECT_EQ(sealed.encode().find(cookie.bits()), std::string::npos);
}

TEST(SealedSession, DoesNotOpenWithAnotherCookie) {
    const SessionCookie cookie = SessionCookie::generate();
    EXPECT_EQ(alice(cookie).seal(cookie).open(SessionCookie::generate()).error().code, ErrorCode::corrupt);
}

TEST(SealedSession, DoesNotOpenUnderAnotherId) {
    const SessionCookie cookie = SessionCookie::generate();
    const SessionCookie mallory = SessionCookie::generate();
    SealedSession moved = alice(cookie).seal(cookie);
    moved.id = mallory.id();
    EXPECT_EQ(moved.open(mallory).error().code, ErrorCode::corrupt);
    EXPECT_EQ(moved.open(cookie).error().code, ErrorCode::corrupt);
    crypto::Opener opener;
    EXPECT_EQ(moved.unseal(cookie, opener).error().code, ErrorCode::corrupt);
    EXPECT_EQ(moved.unseal(mallory, opener).error().code, ErrorCode::corrupt);
}

TEST(SealedSession, DoesNotOpenWhenItsFactsWereChanged) {
    const SessionCookie cookie = SessionCookie::generate();
    const SealedSession sealed = alice(cookie).seal(cookie);
    const auto changed = [&](auto change) {
        SealedSession copy = sealed;
        change(copy.facts);
        return copy.open(cookie);
    };
    EXPECT_FALSE(changed([](SessionFacts& facts) { facts.user = "admin"; }));
    EXPECT_FALSE(changed([](SessionFacts& facts) { facts.created += std::chrono::hours(1); }));
    EXPECT_FALSE(changed([](SessionFacts& facts) { facts.address = "192.0.2.2"; }));
    EXPECT_FALSE(changed([](SessionFacts& facts) { facts.user_agent.clear(); }));
    EXPECT_FALSE(changed([](SessionFacts& facts) {  // the same bytes, shared out otherwise
        facts.user = "alice1";
        facts.address = "92.0.2.1";
    }));
    EXPECT_TRUE(changed([](SessionFacts& facts) { facts.last_seen += std::chrono::hours(1); }));
}

TEST(SealedSession, DoesNotOpenWithAnyFlippedBit) {
    const SessionCookie cookie = SessionCookie::generate();
    SealedSession sealed = alice(cookie).seal(cookie);
    for (std::size_t bit = 0; bit < sealed.sealed.size() * 8; ++bit) {
        const auto flip = static_cast<char>(1 << (bit % 8));
        sealed.sealed[bit / 8] ^= flip;
        ASSERT_EQ(sealed.open(cookie).error().code, ErrorCode::corrupt) << "bit " << bit;
        sealed.sealed[bit / 8] ^= flip;
    }
    EXPECT_TRUE(sealed.open(cookie));
}

TEST(Session, KeepsTheFirst200BytesOfTheBrowsersName) {
    const SessionCookie cookie = SessionCookie::generate();
    Session session = alice(cookie);
    session.facts.user_agent = std::string(5000, 'u');
    const SealedSession sealed = session.seal(cookie);
    EXPECT_EQ(sealed.facts.user_agent, std::string(200, 'u'));
    EXPECT_TRUE(sealed.open(cookie));
}

TEST(SessionRecord, DecodesToWhatWasEncoded) {
    const SessionCookie cookie = SessionCookie::generate();
    const SealedSession sealed = alice(cookie).seal(cookie);
    const auto decoded = SealedSession::decode(sealed.id, sealed.encode());
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->id, sealed.id);
    EXPECT_EQ(decoded->facts, sealed.facts);
    EXPECT_EQ(decoded->sealed, sealed.sealed);
    EXPECT_TRUE(decoded->open(cookie));
}

TEST(SessionRecord, IsCorruptUnderAnotherId) {
    const SessionCookie cookie = SessionCookie::generate();
    const std::string record = alice(cookie).seal(cookie).encode();
    EXPECT_EQ(SealedSession::decode(SessionCookie::generate().id(), record).error().code, ErrorCode::corrupt);
}

TEST(SessionRecord, IsCorruptWithAnyFlippedBit) {
    const SessionCookie cookie = SessionCookie::generate();
    std::string record = alice(cookie).seal(cookie).encode();
    for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
        const auto flip = static_cast<char>(1 << (bit % 8));
        record[bit / 8] ^= flip;
        ASSERT_EQ(SealedSession::decode(cookie.id(), record).error().code, ErrorCode::corrupt) << "bit " << bit;
        record[bit / 8] ^= flip;
    }
}

TEST(SessionRecord, IsCorruptAtAnyOtherLength) {
    const SessionCookie cookie = SessionCookie::generate();
    const std::string record = alice(cookie).seal(cookie).encode();
    for (std::size_t size = 0; size < record.size(); ++size) {
        ASSERT_EQ(SealedSession::decode(cookie.id(), record.substr(0, size)).error().code, ErrorCode::corrupt) << size;
    }
    EXPECT_EQ(SealedSession::decode(cookie.id(), record + '\0').error().code, ErrorCode::corrupt);
}

/// A record with a right digest over whatever stands in it, as one who can write to the store would make it.
std::string forged(const SessionId& id, const std::string& body) {
    return body + std::string(crypto::bytes(crypto::sha256({"record", id.bytes(), body})).substr(0, 16));
}

TEST(SessionRecord, IsReadStrictlyEvenWhenItsDigestIsRight) {
    const SessionCookie cookie = SessionCookie::generate();
    const SessionId id = cookie.id();
    const std::string record = alice(cookie).seal(cookie).encode();
    const std::string body = record.substr(0, record.size() - 16);
    ASSERT_TRUE(SealedSession::decode(id, forged(id, body)));
    std::string other_version = body;
    other_version[3] = '2';
    std::string far_future = body;
    far_future[4] = '\x7f';
    std::string endless_text = body;
    endless_text.replace(20, 4, "\xff\xff\xff\xff");
    for (const std::string& bad : {other_version, far_future, endless_text, body + "x", body.substr(0, body.size() - 1),
                                   std::string("SSO1"), body + std::string(SealedSession::kMaxRecord, 'x')}) {
        EXPECT_EQ(SealedSession::decode(id, forged(id, bad)).error().code, ErrorCode::corrupt);
    }
}

}  // namespace
}  // namespace sso::session
