#include "core/redis/command.hpp"

#include <openssl/evp.h>

#include <array>
#include <cassert>
#include <charconv>
#include <new>

#include "core/base/encoding.hpp"

namespace sso::redis {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kMostOfLength = 24;  // a kind, a number of 64 bits, the end of the line

void append_length(std::string& wire, char kind, std::size_t length) {
    std::array<char, kMostOfLength> line{kind};
    char* const end = std::to_chars(line.data() + 1, line.data() + line.size(), length).ptr;
    wire.append(line.data(), end);
    wire += kLineEnd;
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
    : script(&called) {
    constexpr std::string_view kDigits = "0123456789";
    assert(keys.size() < kDigits.size());
    arguments = {"EVALSHA", called.digest(), kDigits.substr(keys.size(), 1)};
    arguments.insert(arguments.end(), keys);
    arguments.insert(arguments.end(), values);
}

Command Command::with_text() const {
    Command whole = *this;
    whole.arguments[0] = "EVAL";
    whole.arguments[1] = script->text();
    return whole;
}

void append_command(std::string& wire, const Arguments& arguments) {
    std::size_t size = kMostOfLength;
    for (const auto argument : arguments) size += kMostOfLength + argument.size() + kLineEnd.size();
    wire.reserve(wire.size() + size);
    append_length(wire, '*', arguments.size());
    for (const auto argument : arguments) {
        append_length(wire, '$', argument.size());
        wire += argument;
        wire += kLineEnd;
    }
}

}  // namespace sso::redis
