#include "core/session/kept_session.hpp"

#include <gtest/gtest.h>

#include "core/session/binary.hpp"
#include "tests/support/allocations.hpp"

namespace sso::session {
namespace {

Session session_of(Attributes attributes, std::string user = "alice") {
    return {SessionCookie::generate().id(), {std::move(user), {}, {}, "192.0.2.1", "Browser"}, std::move(attributes)};
}

void expect_all(const KeptSession& kept, const Session& session) {
    EXPECT_EQ(kept.id, session.id);
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
    const KeptSession kept(session, names);
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
        const std::string record = written(KeptSession(session, names)) + "behind";
        for (NameLists* lists : {&names, &of_another_process, &of_another_process}) {
            BinaryReader reader(record);
            const auto read = KeptSession::read(session.id, reader, *lists);
            ASSERT_TRUE(read);
            EXPECT_EQ(reader.rest(), "behind");
            expect_all(*read, session);
            EXPECT_EQ(read->weight(), KeptSession(session, names).weight());
        }
    }
}

TEST(KeptSession, IsNotReadOfBytesThatAreCutOffOrSayMoreThanThereIs) {
    NameLists names;
    const Session session = session_of(of_all_kinds());
    const std::string record = written(KeptSession(session, names));
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
        EXPECT_STREQ(KeptSession(session_of(attributes, user), names).user().data(), user);
        EXPECT_STREQ(KeptSession(session_of({}, user), names).user().data(), user);
    }
}

TEST(KeptSession, HasAUserThatAHeaderMayBear) {
    NameLists names;
    EXPECT_EQ(KeptSession(session_of({}, "al\r\nice\x7F"), names).user(), "alice");
    EXPECT_EQ(KeptSession(session_of({}, ""), names).user(), "");
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
    const auto list = names.of(one);
    EXPECT_EQ(names.of(two), list);
    EXPECT_NE(names.of(other), list);
    for (int i = 0; i < 1'000; ++i) {  // more lists than are remembered
        Attributes attributes;
        attributes.set("name" + std::to_string(i), "x");
        EXPECT_EQ(KeptSession(session_of(attributes), names).attributes.find("name" + std::to_string(i)).text, "x");
    }
}

TEST(KeptSession, IsFoundInWithoutAllocating) {
    Attributes attributes;
    for (int i = 0; i < 9; ++i) attributes.set("attribute" + std::to_string(i), "the value of " + std::to_string(i));
    NameLists names;
    const KeptSession kept(session_of(attributes), names);
    std::string_view found;
    EXPECT_EQ(test::allocations_during([&] { found = kept.attributes.find("attribute7").text; }), 0U);
    EXPECT_EQ(found, "the value of 7");
    EXPECT_GT(kept.weight(), 9 * found.size());
    EXPECT_LT(kept.weight(), 300U);
}

}  // namespace
}  // namespace sso::session
