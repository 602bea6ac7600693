#include "core/session/kept_session.hpp"

#include <gtest/gtest.h>

#include "core/session/binary.hpp"
#include "tests/support/allocations.hpp"

namespace sso::session {
namespace {

const SessionCookie& the_cookie() {
    static const SessionCookie kCookie = SessionCookie::generate();
    return kCookie;
}

Session session_of(Attributes attributes, std::string user = "alice") {
    return {the_cookie().id(), {std::move(user), {}, {}, "192.0.2.1", "Browser"}, std::move(attributes)};
}

/// The session as it is when a store has given it.
KeptSession kept_of(const Session& session, NameLists& names) {
    crypto::Opener opener;
    return KeptSession::open(session.seal(the_cookie()), the_cookie(), names, opener).value();
}

/// A session whose attributes are written as `json`.
Result<KeptSession> kept_of(const std::string& json, NameLists& names) {
    const SessionCookie cookie = SessionCookie::generate();
    const Session session{cookie.id(), {"alice", {}, {}, "192.0.2.1", "Browser"}, {}};
    SealedSession sealed = session.seal(cookie);
    BinaryWriter context;
    context.bytes("session");
    context.bytes(session.id.bytes());
    context.time(session.facts.created);
    context.text(session.facts.user);
    context.text(session.facts.address);
    context.text(session.facts.user_agent);
    sealed.sealed = crypto::seal(cookie.key(), json, context.written());
    crypto::Opener opener;
    return KeptSession::open(sealed, cookie, names, opener);
}

void expect_all(const KeptSession& kept, const Session& session) {
    EXPECT_EQ(kept.id, session.id);
    EXPECT_EQ(kept.attributes.find_text("_session_id"), session.id.hex());
    EXPECT_EQ(kept.user(), session.facts.user);
    EXPECT_EQ(kept.stale, session.stale);
    for (const auto& [name, value] : session.attributes) {
        const auto found = kept.attributes.find(name);
        EXPECT_EQ(found.is_text, value.text() != nullptr) << name;
        EXPECT_EQ(kept.attributes.find_text(name), found.text) << name;
        EXPECT_EQ(kept.attributes.find_text(name).data() != nullptr, found.is_text) << name;
        if (found.is_text) {
            EXPECT_EQ(found.text, *value.text()) << name;
        } else {
            ASSERT_NE(found.other, nullptr) << name;
            EXPECT_EQ(*found.other, value) << name;
        }
    }
    for (const char* name : {"", "ui", "uid2", "UID", "zzz", "a"}) {
        const auto found = kept.attributes.find(name);
        EXPECT_FALSE(found.is_text || found.other != nullptr) << name;
        EXPECT_EQ(kept.attributes.find_text(name).data(), nullptr) << name;
    }
}

Attributes of_all_kinds() {
    Attributes attributes;
    attributes.set("uid", "alice");
    attributes.set("empty", "");
    attributes.set("bytes", std::string("a\0b\xFF", 4));
    attributes.set("level", std::int64_t{3});
    attributes.set("list", AttributeValue::List{"x", "y"});
    attributes.set("nothing", AttributeValue());
    attributes.set("zz", "last");
    return attributes;
}

TEST(KeptSession, GivesEveryAttributeThatTheSessionHas) {
    Attributes attributes = of_all_kinds();
    attributes.set("groups", std::string(5'000, 'g'));
    attributes.set("real", 2.5);
    NameLists names;
    const Session session = session_of(attributes);
    const KeptSession kept = kept_of(session, names);
    expect_all(kept, session);
    expect_all(KeptSession(kept), session);
    EXPECT_EQ(KeptSession(kept).weight(), kept.weight());
}

std::string written(const KeptSession& session) {
    BinaryWriter record;
    session.write(record);
    return std::move(record).take();
}

TEST(KeptSession, IsReadAsItWasWritten) {
    for (const Attributes& attributes : {of_all_kinds(), Attributes()}) {
        NameLists names, of_another_process;
        const Session session = session_of(attributes);
        const std::string record = written(kept_of(session, names)) + "behind";
        for (NameLists* lists : {&names, &of_another_process, &of_another_process}) {
            BinaryReader reader(record);
            const auto read = KeptSession::read(session.id, reader, *lists);
            ASSERT_TRUE(read);
            EXPECT_EQ(reader.rest(), "behind");
            expect_all(*read, session);
            EXPECT_EQ(read->weight(), kept_of(session, names).weight());
        }
    }
}

TEST(KeptSession, IsNotReadOfBytesThatAreCutOffOrSayMoreThanThereIs) {
    NameLists names;
    const Session session = session_of(of_all_kinds());
    const std::string record = written(kept_of(session, names));
    for (std::size_t size = 0; size < record.size(); ++size) {
        BinaryReader reader(std::string_view(record).substr(0, size));
        EXPECT_FALSE(KeptSession::read(session.id, reader, names)) << size;
    }
    for (std::size_t at = 0; at < record.size(); ++at) {
        for (const char byte : {'\0', '\x01', '\x7F', '\x80', '\xFF'}) {
            std::string changed = record;
            changed[at] = byte;
            BinaryReader reader(changed);
            const auto read = KeptSession::read(session.id, reader, names);
            if (!read) continue;  // what is accepted can be asked for anything
            for (const auto& [name, value] : session.attributes) static_cast<void>(read->attributes.find(name));
            EXPECT_EQ(read->user().data()[read->user().size()], '\0');
        }
    }
}

TEST(KeptSession, NamesAUserInATextThatEndsInNul) {
    Attributes attributes;
    attributes.set("uid", "bob");
    NameLists names;
    for (const char* user : {"", "alice"}) {
        EXPECT_STREQ(kept_of(session_of(attributes, user), names).user().data(), user);
        EXPECT_STREQ(kept_of(session_of({}, user), names).user().data(), user);
    }
}

TEST(KeptSession, HasAUserThatAHeaderMayBear) {
    NameLists names;
    EXPECT_EQ(kept_of(session_of({}, "al\r\nice\x7F"), names).user(), "alice");
    EXPECT_EQ(kept_of(session_of({}, ""), names).user(), "");
}

TEST(KeptSession, SharesNamesWithThoseThatHaveTheSame) {
    Attributes one;
    one.set("uid", "alice");
    one.set("cn", "Alice");
    Attributes two;
    two.set("uid", "bob");
    two.set("cn", "Bob");
    Attributes other = two;
    other.set("ou", "unit1");
    NameLists names;
    const auto list_of = [&](const Attributes& attributes) {
        return names.of(JsonMembers::parse(to_json(attributes)).value().all());
    };
    const auto list = list_of(one);
    EXPECT_EQ(list_of(two), list);
    EXPECT_NE(list_of(other), list);
    for (int i = 0; i < 1'000; ++i) {  // more lists than are remembered
        Attributes attributes;
        attributes.set("name" + std::to_string(i), "x");
        EXPECT_EQ(kept_of(session_of(attributes), names).attributes.find("name" + std::to_string(i)).text, "x");
    }
}

TEST(KeptSession, IsReadFromWhateverOrderAndSpellingItsAttributesHave) {
    NameLists names;
    const auto kept = kept_of(R"({"uid":"old","zz":"\u00e9\ud83d\ude00","c\u006e":"a\"b\nc","_session_id":"forged",)"
                              R"("list":["x",{"y":"z"}],"cn2":7,"uid":"alice","\udc80":"byte \udcff"})",
                              names);
    ASSERT_TRUE(kept) << kept.error().detail;
    const auto text = [&](std::string_view name) { return std::string(kept->attributes.find_text(name)); };
    EXPECT_EQ(text("uid"), "alice");
    EXPECT_EQ(text("cn"), "a\"b\nc");
    EXPECT_EQ(text("zz"), "\xC3\xA9\xF0\x9F\x98\x80");
    EXPECT_EQ(text("\x80"), "byte \xFF");
    EXPECT_EQ(text("_session_id"), kept->id.hex());
    ASSERT_NE(kept->attributes.find("cn2").other, nullptr);
    EXPECT_EQ(*kept->attributes.find("cn2").other, AttributeValue(std::int64_t{7}));
    Attributes member;
    member.set("y", "z");
    ASSERT_NE(kept->attributes.find("list").other, nullptr);
    EXPECT_EQ(*kept->attributes.find("list").other, AttributeValue(AttributeValue::List{"x", member}));
}

TEST(KeptSession, IsNotReadFromWhatIsNoObjectOrDoesNotOpen) {
    NameLists names;
    for (const char* json : {"", "[]", "{\"uid\":\"alice\"", "{} x", "{\"uid\":\"a\nb\"}", "{\"uid\":nul}"}) {
        const auto kept = kept_of(std::string(json), names);
        ASSERT_FALSE(kept) << json;
        EXPECT_EQ(kept.error().code, ErrorCode::corrupt) << json;
    }
    const SessionCookie cookie = SessionCookie::generate();
    const Session session{cookie.id(), {"alice", {}, {}, "192.0.2.1", "Browser"}, {}};
    const SealedSession sealed = session.seal(cookie);
    crypto::Opener opener;
    EXPECT_TRUE(KeptSession::open(sealed, cookie, names, opener));
    EXPECT_FALSE(KeptSession::open(sealed, SessionCookie::generate(), names, opener));
    SealedSession changed = sealed;
    changed.facts.user = "admin";
    EXPECT_FALSE(KeptSession::open(changed, cookie, names, opener));
    EXPECT_TRUE(KeptSession::open(sealed, cookie, names, opener));  // what failed before leaves nothing behind
}

TEST(KeptSession, IsFoundInWithoutAllocating) {
    Attributes attributes;
    for (int i = 0; i < 9; ++i) attributes.set("attribute" + std::to_string(i), "the value of " + std::to_string(i));
    NameLists names;
    const KeptSession kept = kept_of(session_of(attributes), names);
    std::string_view found;
    EXPECT_EQ(test::allocations_during([&] { found = kept.attributes.find("attribute7").text; }), 0U);
    EXPECT_EQ(found, "the value of 7");
    EXPECT_GT(kept.weight(), 9 * found.size());
    EXPECT_LT(kept.weight(), 300U);
}

}  // namespace
}  // namespace sso::session
