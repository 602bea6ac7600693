#include "core/base/block.hpp"

#include <gtest/gtest.h>

#include <string>

namespace sso {
namespace {

/// One bit for each of the sixteen bytes for which `holds` is true.
template <class Holds>
unsigned mask_of(const std::string& text, Holds&& holds) {
    unsigned mask = 0;
    for (unsigned i = 0; i < Block::kSize; ++i) mask |= (holds(static_cast<unsigned char>(text[i])) ? 1U : 0U) << i;
    return mask;
}

TEST(Block, ComparesEachByteAsItWouldBeAlone) {
    for (unsigned base = 0; base < 256; ++base) {
        std::string text;
        for (unsigned i = 0; i < Block::kSize; ++i) text += static_cast<char>((base + 7 * i) & 0xFFU);
        const Block block = Block::sixteen(text.data());
        EXPECT_EQ(block.equals(';').mask(), mask_of(text, [](unsigned char c) { return c == ';'; }));
        EXPECT_EQ(block.is_between('a', 'z').mask(),
                  mask_of(text, [](unsigned char c) { return c >= 'a' && c <= 'z'; }));
        EXPECT_EQ(block.is_between('\x80', '\xF0').mask(),
                  mask_of(text, [](unsigned char c) { return c >= 0x80 && c <= 0xF0; }));
        const auto is_letter = [](unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
        EXPECT_EQ(block.in_lower_case().is_between('a', 'z').mask(), mask_of(text, is_letter));
        EXPECT_EQ((block.equals('a') | block.equals('b')).mask(),
                  mask_of(text, [](unsigned char c) { return c == 'a' || c == 'b'; }));
        EXPECT_EQ((block.is_between('a', 'z') & block.is_between('m', '~')).mask(),
                  mask_of(text, [](unsigned char c) { return c >= 'm' && c <= 'z'; }));
        EXPECT_EQ(block.is_between('a', 'z').without(block.equals('q')).mask(),
                  mask_of(text, [](unsigned char c) { return c >= 'a' && c <= 'z' && c != 'q'; }));
        EXPECT_EQ(Block::eight(text.data()).equals('\0').mask() >> 8U, 0xFFU) << "zero bytes follow the eight";
    }
}

}  // namespace
}  // namespace sso
