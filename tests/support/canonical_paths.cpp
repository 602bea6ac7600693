// Reads raw paths in hexadecimal, one a line, and prints the canonical form of each in hexadecimal, or "refused: why".
#include <iostream>
#include <string>

#include "core/base/encoding.hpp"
#include "core/http/path.hpp"

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        const auto raw = sso::hex_decode(line);
        if (!raw) {
            std::cerr << "not hexadecimal: " << line << '\n';
            return 2;
        }
        const auto path = sso::http::canonical_path(*raw);
        std::cout << (path ? sso::hex_encode(*path) : "refused: " + path.error().detail) << '\n';
    }
    return 0;
}
