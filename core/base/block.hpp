// Sixteen bytes of a text at once, for what is looked through at every request. With SSO_PLAIN_BLOCK as on processors
// that have no SSE2, for tests.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__) && !defined(SSO_PLAIN_BLOCK)
#include <emmintrin.h>
#else
#include <array>
#include <cstring>
#endif

namespace sso {

/// Bytes, or what comparing each of them gave: all its bits set, or none.
class Block {
  public:
    static constexpr std::size_t kSize = 16;
    [[nodiscard]] static Block sixteen(const char* at) noexcept;
    /// Zero bytes follow the eight.
    [[nodiscard]] static Block eight(const char* at) noexcept;
    /// Eight bytes from each place.
    [[nodiscard]] static Block halves(const char* first, const char* second) noexcept;
    /// The bytes of a number in no order that matters, and zero bytes.
    [[nodiscard]] static Block of(std::uint64_t bytes) noexcept;

    [[nodiscard]] Block equals(char byte) const noexcept;
    /// Which bytes stand from `first` to `last`, as unsigned numbers.
    [[nodiscard]] Block is_between(char first, char last) const noexcept;
    /// Letters as lower-case ones; other bytes become whatever they become, but none a letter.
    [[nodiscard]] Block in_lower_case() const noexcept;
    [[nodiscard]] Block without(Block other) const noexcept;
    [[nodiscard]] Block operator&(Block other) const noexcept;
    [[nodiscard]] Block operator|(Block other) const noexcept;
    /// One bit a byte, the first one lowest: its uppermost.
    [[nodiscard]] unsigned mask() const noexcept;

  private:
#if defined(__SSE2__) && !defined(SSO_PLAIN_BLOCK)
    using Bytes = __m128i;
#else
    using Bytes = std::array<unsigned char, kSize>;
    static unsigned char mark(bool is_true) noexcept {
        return is_true ? 0xFFU : 0U;
    }
    template <class Make>
    [[nodiscard]] static Block each(Make&& make) noexcept {
        Bytes bytes;
        for (std::size_t i = 0; i < kSize; ++i) bytes[i] = make(i);
        return Block(bytes);
    }
#endif
    explicit Block(Bytes bytes) noexcept : bytes_(bytes) {}
    Bytes bytes_;
};

#if defined(__SSE2__) && !defined(SSO_PLAIN_BLOCK)

inline Block Block::sixteen(const char* at) noexcept {
    return Block(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
}
inline Block Block::eight(const char* at) noexcept {
    return Block(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(at)));
}
inline Block Block::halves(const char* first, const char* second) noexcept {
    return Block(_mm_unpacklo_epi64(eight(first).bytes_, eight(second).bytes_));
}
inline Block Block::of(std::uint64_t bytes) noexcept {
    return Block(_mm_cvtsi64_si128(static_cast<std::int64_t>(bytes)));
}
inline Block Block::equals(char byte) const noexcept {
    return Block(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(byte)));
}
inline Block Block::is_between(char first, char last) const noexcept {
    const __m128i above = _mm_sub_epi8(bytes_, _mm_set1_epi8(first));
    const __m128i most = _mm_set1_epi8(static_cast<char>(last - first));
    return Block(_mm_cmpeq_epi8(_mm_min_epu8(above, most), above));
}
inline Block Block::in_lower_case() const noexcept {
    return Block(_mm_or_si128(bytes_, _mm_set1_epi8(0x20)));
}
inline Block Block::without(Block other) const noexcept {
    return Block(_mm_andnot_si128(other.bytes_, bytes_));
}
inline Block Block::operator&(Block other) const noexcept {
    return Block(_mm_and_si128(bytes_, other.bytes_));
}
inline Block Block::operator|(Block other) const noexcept {
    return Block(_mm_or_si128(bytes_, other.bytes_));
}
inline unsigned Block::mask() const noexcept {
    return static_cast<unsigned>(_mm_movemask_epi8(bytes_));
}

#else

inline Block Block::sixteen(const char* at) noexcept {
    Bytes bytes;
    std::memcpy(bytes.data(), at, kSize);
    return Block(bytes);
}
inline Block Block::eight(const char* at) noexcept {
    Bytes bytes{};
    std::memcpy(bytes.data(), at, kSize / 2);
    return Block(bytes);
}
inline Block Block::halves(const char* first, const char* second) noexcept {
    Bytes bytes;
    std::memcpy(bytes.data(), first, kSize / 2);
    std::memcpy(bytes.data() + kSize / 2, second, kSize / 2);
    return Block(bytes);
}
inline Block Block::of(std::uint64_t number) noexcept {
    Bytes bytes{};
    std::memcpy(bytes.data(), &number, sizeof number);
    return Block(bytes);
}
inline Block Block::equals(char byte) const noexcept {
    return each([&](std::size_t i) { return mark(bytes_[i] == static_cast<unsigned char>(byte)); });
}
inline Block Block::is_between(char first, char last) const noexcept {
    return each([&](std::size_t i) {
        const auto low = static_cast<unsigned char>(first);
        return mark(bytes_[i] >= low && bytes_[i] <= static_cast<unsigned char>(last));
    });
}
inline Block Block::in_lower_case() const noexcept {
    return each([&](std::size_t i) { return static_cast<unsigned char>(bytes_[i] | 0x20U); });
}
inline Block Block::without(Block other) const noexcept {
    return each([&](std::size_t i) { return static_cast<unsigned char>(bytes_[i] & ~other.bytes_[i]); });
}
inline Block Block::operator&(Block other) const noexcept {
    return each([&](std::size_t i) { return static_cast<unsigned char>(bytes_[i] & other.bytes_[i]); });
}
inline Block Block::operator|(Block other) const noexcept {
    return each([&](std::size_t i) { return static_cast<unsigned char>(bytes_[i] | other.bytes_[i]); });
}
inline unsigned Block::mask() const noexcept {
    unsigned mask = 0;
    for (std::size_t i = 0; i < kSize; ++i) mask |= unsigned{bytes_[i]} >> 7U << i;
    return mask;
}

#endif

}  // namespace sso
