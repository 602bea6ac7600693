// The lexical level of a source text: blanks, names, numbers, quoted bodies. Perl's tokens depend on what the grammar
// expects, so the parser asks for the kind it wants.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/expr/value.hpp"

namespace sso::expr {

constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
constexpr bool is_name_start(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
constexpr bool is_name_char(char c) noexcept {
    return is_name_start(c) || is_digit(c);
}
constexpr bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// A text between delimiters, as written.
struct Quoted {
    std::string_view body;
    std::size_t offset = 0;  ///< of the body
    char open = 0;
    char close = 0;
};

class Scanner {
  public:
    explicit Scanner(std::string_view source) noexcept : source_(source) {}

    [[nodiscard]] std::size_t position() const noexcept { return at_; }
    void move_to(std::size_t position) noexcept { at_ = position; }
    void advance(std::size_t count) noexcept { at_ += count; }
    [[nodiscard]] bool at_end() const noexcept { return at_ >= source_.size(); }
    /// The byte `ahead` of the position, or NUL behind the end.
    [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept {
        return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
    }
    [[nodiscard]] bool looking_at(std::string_view text) const noexcept {
        return source_.substr(at_, text.size()) == text;
    }
    [[nodiscard]] std::string_view source() const noexcept { return source_; }

    /// Skips blanks and comments that end in a newline. False at a comment that runs to the end of the text: LLNG
    /// writes its own closing parenthesis behind the text, and the comment would swallow it.
    bool skip_blanks() noexcept;
    /// The name at the position (letters, digits, `_`), without moving; empty if there is none.
    [[nodiscard]] std::string_view peek_name() const noexcept;
    /// Reads a name with `::` in it.
    std::string_view read_qualified_name() noexcept;
    /// Reads the number at the position; nothing when it is malformed.
    std::optional<Value> read_number() noexcept;
    /// Reads from the opening delimiter at the position to the closing one; brackets nest. Nothing when it is missing.
    std::optional<Quoted> read_quoted() noexcept;
    /// The second part of s/// and tr///: after a bracket a new delimiter, else up to the same one again.
    std::optional<Quoted> read_second_part(const Quoted& first) noexcept;

  private:
    std::optional<Quoted> read_to(char open, char close) noexcept;

    std::string_view source_;
    std::size_t at_ = 0;
};

}  // namespace sso::expr
