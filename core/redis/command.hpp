// One command for a Redis server, as the bytes that travel (hiredis's formatter), and Lua scripts.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace sso::redis {

/// A command's name and what it is asked, of any bytes; kMost words, which is more than any of ours has. A word is
/// kept where it is, and no memory is taken for the list.
class Arguments {
  public:
    static constexpr std::size_t kMost = 12;
    Arguments(std::initializer_list<std::string_view> words) { append(words); }
    void append(std::initializer_list<std::string_view> words) {
        for (const auto word : words) words_.at(size_++) = word;
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] const std::string_view* begin() const noexcept { return words_.data(); }
    [[nodiscard]] const std::string_view* end() const noexcept { return words_.data() + size_; }
    std::string_view& operator[](std::size_t place) noexcept { return words_[place]; }
    friend bool operator==(const Arguments&, const Arguments&) = default;

  private:
    std::array<std::string_view, kMost> words_;
    std::size_t size_ = 0;
};

/// A Lua script. The server knows it by its digest once it has seen it.
class Script {
  public:
    /// `text` outlives the script.
    explicit Script(std::string_view text);
    [[nodiscard]] std::string_view text() const noexcept { return text_; }
    [[nodiscard]] const std::string& digest() const noexcept { return digest_; }  ///< SHA-1, 40 hexadecimal digits

  private:
    std::string_view text_;
    std::string digest_;
};

/// A command, or the call of a script. Its arguments live as long as it does.
struct Command {
    Command(std::initializer_list<std::string_view> words) : arguments(words) {}
    /// EVALSHA: `keys` first (at most nine, of one hash tag), then `values`.
    Command(const Script& called, std::initializer_list<std::string_view> keys,
            std::initializer_list<std::string_view> values);

    /// The same call with the script's text in it, for a server that has not seen it yet.
    [[nodiscard]] Command with_text() const;

    Arguments arguments;
    const Script* script = nullptr;  ///< null: a plain command
};

/// Appends `arguments` as a RESP array of bulk strings.
void append_command(std::string& wire, const Arguments& arguments);
/// At most how many bytes that appends.
std::size_t room_for_command(const Arguments& arguments) noexcept;

}  // namespace sso::redis
