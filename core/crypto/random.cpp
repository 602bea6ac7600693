#include "core/crypto/random.hpp"

#include <openssl/rand.h>

#include <cstdlib>

namespace sso::crypto {

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    if (RAND_bytes_ex(nullptr, reinterpret_cast<unsigned char*>(bytes.data()), count, 0) != 1) std::abort();
    return bytes;
}

}  // namespace sso::crypto
