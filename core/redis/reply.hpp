// What a Redis server answers, read from foreign bytes within bounds (hiredis's reader).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"

namespace sso::redis {

/// One reply of RESP2.
struct Reply {
    enum class Type { nil, integer, text, status, error, array };

    Type type = Type::nil;
    std::int64_t number = 0;      ///< of an integer
    std::string text;             ///< of a text, a status ("OK") or an error ("WRONGTYPE Operation …")
    std::vector<Reply> elements;  ///< of an array

    /// An error reply as an Error: `unavailable` for a server that cannot serve now (LOADING, READONLY, MASTERDOWN, …),
    /// `full` for OOM, `corrupt` for WRONGTYPE, `refused` for NOAUTH, WRONGPASS and NOPERM, else `internal`.
    [[nodiscard]] Error error() const;

    /// What a command is known to answer; anything else is `internal`, and an error reply is its Error.
    [[nodiscard]] Result<std::int64_t> as_integer() const;
    [[nodiscard]] Result<std::optional<std::string_view>> as_text() const;  ///< nothing for nil
    [[nodiscard]] Status as_ok() const;                                     ///< a status, whatever it says
    [[nodiscard]] Result<const std::vector<Reply>*> as_array() const;
};

/// The bytes of one connection become replies, in the order they come. No exception leaves it.
class ReplyReader {
  public:
    struct Limits {
        std::size_t bytes = 8U << 20U;  ///< of one reply as it travels
        std::size_t elements = 65'536;  ///< of one reply, nested ones counted
    };

    explicit ReplyReader(const Limits& limits);
    ReplyReader() : ReplyReader(Limits{}) {}
    ~ReplyReader();
    ReplyReader(ReplyReader&&) noexcept;
    ReplyReader& operator=(ReplyReader&&) noexcept;

    /// Takes bytes as they arrived. @return `internal` when out of memory
    Status feed(std::string_view bytes);
    /// The next whole reply, or nothing: more bytes are needed.
    /// @return `limit` for a reply beyond the limits, `unavailable` for bytes that are not RESP2; the reader is then of
    ///         no more use
    Result<std::optional<Reply>> next();
    /// Whether no byte is left over. A connection with bytes that nobody asked for has lost its place.
    [[nodiscard]] bool is_empty() const noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace sso::redis
