#include "core/base/attributes.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace sso {
namespace {

TEST(Attributes, HoldEachNameOnceInByteOrder) {
    Attributes attributes;
    attributes.set("uid", "alice");
    attributes.set("cn", "Alice");
    attributes.set("uid", "bob");
    ASSERT_EQ(attributes.size(), 2U);
    EXPECT_EQ(attributes.begin()->first, "cn");
    EXPECT_EQ(*attributes.find("uid")->text(), "bob");
    EXPECT_EQ(attributes.find("u"), nullptr);
    attributes.erase("uid");
    EXPECT_EQ(attributes.find("uid"), nullptr);
}

TEST(Attributes, OfAWholeListAreThoseThatWereSetOneAfterTheOther) {
    const std::vector<std::vector<const char*>> lists = {{},
                                                         {"a"},
                                                         {"a", "b", "c"},
                                                         {"c", "b", "a"},
                                                         {"a", "a"},
                                                         {"b", "a", "b", "a"},
                                                         {"a", "b", "b", "c", "a"},
                                                         {"", "a", ""}};
    for (const auto& names : lists) {
        std::vector<Attributes::Entry> entries;
        Attributes one_by_one;
        std::int64_t number = 0;
        for (const char* name : names) {
            entries.emplace_back(name, ++number);
            one_by_one.set(name, number);
        }
        EXPECT_EQ(Attributes::of(std::move(entries)), one_by_one) << testing::PrintToString(names);
    }
}

TEST(Attributes, AreFoundHoweverTheirNamesAreAlike) {
    using namespace std::string_view_literals;
    const std::vector<std::string_view> names{"",
                                              "\0"sv,
                                              "a",
                                              "a\0"sv,
                                              "a\0b"sv,
                                              "ab",
                                              "abc",
                                              "abd",
                                              "employee",
                                              "employeeType",
                                              "employeeTypes",
                                              "\x7f",
                                              "\xc3",
                                              "\xc3\xa9",
                                              "\xff\xff",
                                              "_",
                                              "_auth",
                                              "_authn"};
    for (std::size_t missing = 0; missing < names.size(); ++missing) {
        Attributes attributes;
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (i != missing) attributes.set(names[i], static_cast<std::int64_t>(i));
        }
        for (std::size_t i = 0; i < names.size(); ++i) {
            const AttributeValue* const found = attributes.find(names[i]);
            ASSERT_EQ(found == nullptr, i == missing) << names[i];
            if (found != nullptr) {
                EXPECT_EQ(*found, AttributeValue(static_cast<std::int64_t>(i)));
            }
        }
    }
}

TEST(Attributes, AreToldApartByEachByteOfNamesOfEachSize) {
    for (std::size_t size = 1; size <= 20; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            const std::string name(size, 'n');
            std::string other = name;
            other[at] = 'm';
            Attributes attributes;
            attributes.set(name, "this");
            EXPECT_EQ(attributes.find(other), nullptr) << other;
            attributes.set(other, "that");
            EXPECT_EQ(*attributes.find(name)->text(), "this") << name;
            EXPECT_EQ(*attributes.find(other)->text(), "that") << other;
        }
    }
}

TEST(Attributes, Nest) {
    Attributes group;
    group.set("name", "group1");
    Attributes groups;
    groups.set("group1", group);
    Attributes attributes;
    attributes.set("hGroups", groups);
    const auto* found = attributes.find("hGroups")->members()->find("group1");
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(*found->members(), group);
}

}  // namespace
}  // namespace sso
