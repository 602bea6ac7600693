// What a fuzz target holds to be true of every input, in every build: unlike assert it does not vanish with NDEBUG.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace sso::fuzz {

/// Ends the program, as a crash that libFuzzer keeps the input of, unless `holds`.
inline void expect(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

}  // namespace sso::fuzz
