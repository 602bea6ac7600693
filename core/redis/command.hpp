// One command for a Redis server, as the bytes that travel (hiredis's formatter), and Lua scripts.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace sso::redis {

/// A command with its arguments; arguments may hold any byte.
using Arguments = std::vector<std::string_view>;

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

}  // namespace sso::redis
