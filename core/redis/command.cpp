#include "core/redis/command.hpp"

#include <hiredis/hiredis.h>
#include <openssl/evp.h>

#include <array>
#include <cassert>
#include <memory>
#include <new>

#include "core/base/encoding.hpp"

namespace sso::redis {

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
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    texts.reserve(arguments.size());
    sizes.reserve(arguments.size());
    for (const auto argument : arguments) {
        texts.push_back(argument.data());
        sizes.push_back(argument.size());
    }
    char* formatted = nullptr;
    const int size =
        ::redisFormatCommandArgv(&formatted, static_cast<int>(arguments.size()), texts.data(), sizes.data());
    if (size < 0) throw std::bad_alloc();
    struct Deleter {
        void operator()(char* command) const noexcept { ::redisFreeCommand(command); }
    };
    const std::unique_ptr<char, Deleter> owner(formatted);
    wire.append(formatted, static_cast<std::size_t>(size));
}

}  // namespace sso::redis
