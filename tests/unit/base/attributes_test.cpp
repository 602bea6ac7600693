#include "core/base/attributes.hpp"

#include <gtest/gtest.h>

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
