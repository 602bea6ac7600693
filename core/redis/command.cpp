#include "core/redis/command.hpp"

#include <openssl/evp.h>

#include <array>
#include <charconv>
#include <new>

#include "core/base/encoding.hpp"

namespace sso::redis {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kMostOfLength = 24;  // a kind, a number of 64 bits, the end of the line

/// Both write where there is room, and answer where they have come to.
char* put(char* at, std::string_view text) noexcept {
    return at + text.copy(at, text.size());
}
char* put_length(char* at, char kind, std::size_t length) noexcept {
    *at = kind;
    return put(std::to_chars(at + 1, at + kMostOfLength, length).ptr, kLineEnd);
}

}  // namespace

Script::Script(std::string_view text) : text_(text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (::EVP_Digest(text.data(), text.size(), digest.data(), &size, ::EVP_sha1(), nullptr) != 1)
        throw std::bad_alloc();
    const void* bytes = digest.data();
    digest_ = hex_encode({static_cast<const char*>(bytes), size});
}

Command::Command(const Script& called, std::initializer_list<std::string_view> keys,
                 std::initializer_list<std::string_view> values)
    : arguments{"EVALSHA", called.digest(), std::string_view("0123456789").substr(keys.size(), 1)}, script(&called) {
    arguments.append(keys);
    arguments.append(values);
}

Command Command::with_text() const {
    Command whole = *this;
    whole.arguments[0] = "EVAL";
    whole.arguments[1] = script->text();
    return whole;
}

void append_command(std::string& wire, const Arguments& arguments) {
    const std::size_t before = wire.size();
    wire.resize(before + room_for_command(arguments));
    char* at = put_length(wire.data() + before, '*', arguments.size());
    for (const auto argument : arguments) {
        at = put_length(at, '$', argument.size());
        at = put(put(at, argument), kLineEnd);
    }
    wire.resize(static_cast<std::size_t>(at - wire.data()));
}

std::size_t room_for_command(const Arguments& arguments) noexcept {
    std::size_t size = kMostOfLength;
    for (const auto argument : arguments) size += kMostOfLength + argument.size() + kLineEnd.size();
    return size;
}

}  // namespace sso::redis
