// Random bytes from the operating system's generator by way of OpenSSL.
#pragma once

#include <cstddef>
#include <string>

namespace sso::crypto {

/// `count` random bytes. Ends the process if the generator fails: there is no second way to make an identifier.
std::string random_bytes(std::size_t count);

}  // namespace sso::crypto
