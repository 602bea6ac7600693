// Numbers and texts in a record: big-endian, a text behind its length. For the stores' records alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/clock.hpp"

namespace sso::session {

/// The last second that a record may name, of the year 9999: sums of times stay far from overflow.
inline constexpr std::int64_t kLatestSecond = 253'402'300'799;

/// Writes a record from front to back.
class BinaryWriter {
  public:
    BinaryWriter() = default;
    /// @param expected  about how long the record will be
    explicit BinaryWriter(std::size_t expected) { record_.reserve(expected); }

    void bytes(std::string_view bytes) { record_ += bytes; }
    void u32(std::uint32_t number) { integer(number); }
    void u64(std::uint64_t number) { integer(number); }
    void time(SysSeconds time) { u64(static_cast<std::uint64_t>(time.time_since_epoch().count())); }
    void text(std::string_view text) {
        u32(static_cast<std::uint32_t>(text.size()));
        bytes(text);
    }
    [[nodiscard]] std::string_view written() const noexcept { return record_; }
    [[nodiscard]] std::string take() && noexcept { return std::move(record_); }

  private:
    template <class Int>
    void integer(Int number) {
        char digits[sizeof number];
        for (unsigned i = 0; i < sizeof number; ++i) {
            digits[i] = static_cast<char>((number >> (8 * (sizeof number - 1 - i))) & 0xFFU);
        }
        record_.append(digits, sizeof number);
    }
    std::string record_;
};

/// Reads a record from front to back. What goes past the end gives nothing.
class BinaryReader {
  public:
    explicit BinaryReader(std::string_view record) noexcept : rest_(record) {}

    std::optional<std::string_view> bytes(std::size_t count) noexcept {
        if (rest_.size() < count) return std::nullopt;
        const std::string_view read = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return read;
    }
    std::optional<std::uint32_t> u32() noexcept { return integer<std::uint32_t>(); }
    std::optional<std::uint64_t> u64() noexcept { return integer<std::uint64_t>(); }
    std::optional<SysSeconds> time() noexcept {
        const auto number = u64();
        if (!number || *number > static_cast<std::uint64_t>(kLatestSecond)) return std::nullopt;
        return SysSeconds(std::chrono::seconds(static_cast<std::int64_t>(*number)));
    }
    std::optional<std::string_view> text() noexcept {
        const auto size = u32();
        return size ? bytes(*size) : std::nullopt;
    }
    [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
    [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

  private:
    template <class Int>
    std::optional<Int> integer() noexcept {
        const auto read = bytes(sizeof(Int));
        if (!read) return std::nullopt;
        Int number = 0;
        for (std::size_t i = 0; i < sizeof number; ++i) {
            number = (number << 8U) | static_cast<unsigned char>((*read)[i]);
        }
        return number;
    }
    std::string_view rest_;
};

}  // namespace sso::session
