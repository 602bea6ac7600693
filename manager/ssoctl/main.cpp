#include <csignal>
#include <cstdio>
#include <iostream>

#include "manager/ssoctl/command.hpp"

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);  // a pager that closes early, a store that goes away: both come back as errors
    try {
        return sso::ssoctl::run_ssoctl(argc, argv, std::cin, std::cout, std::cerr);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "ssoctl: %s\n", e.what());
    }
    return static_cast<int>(sso::ssoctl::Exit::unreachable);
}
