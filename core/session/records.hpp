// What stores keep beside sessions, as bytes. For the stores alone.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.hpp"
#include "core/session/session_store.hpp"

namespace sso::session {

/// A key of 32 bytes for whatever a caller calls it: LMDB's own keys are short, Redis's have a meaning for '{', and
/// callers' are of any bytes and length.
std::string hashed_key(std::string_view purpose, std::string_view key);
std::string hashed_key(RecordKind kind, std::string_view key);

/// A point in time as eight bytes, and back; nothing for what is not one.
std::string encode_time(SysSeconds time);
std::optional<SysSeconds> decode_time(std::string_view record);

/// A person or a ticket: when it ends, the value, and a digest over both and the key.
struct KeptValue {
    std::optional<SysSeconds> expires;
    std::string_view value;

    [[nodiscard]] bool is_over(SysSeconds now) const noexcept { return expires && now >= *expires; }
    [[nodiscard]] std::string encode(std::string_view hashed_key) const;
    /// Views into `record`. Nothing if it is damaged or another key's.
    static std::optional<KeptValue> decode(std::string_view hashed_key, std::string_view record);

    static constexpr std::size_t kHead = 12;
    /// Whether a record that begins with these kHead bytes is over. Not if they are none of ours.
    static bool is_over(std::string_view head, SysSeconds now) noexcept;
};

/// A counter and the end of its window.
struct Counter {
    std::uint64_t count;
    SysSeconds ends;

    [[nodiscard]] std::string encode() const;
    static std::optional<Counter> decode(std::string_view record);
};

}  // namespace sso::session
