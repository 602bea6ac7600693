// Writes docs/settings.md from the settings table.
#include <fstream>

#include "core/config/settings.hpp"

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    std::ofstream page(argv[1], std::ios::binary);
    page << sso::config::settings_reference();
    return page.flush() ? 0 : 1;
}
