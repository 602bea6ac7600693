// `ssoctl expr eval` alone.
#include <iostream>
#include <vector>

#include "manager/ssoctl/expr_command.hpp"

int main(int argc, char** argv) {
    std::vector<std::string_view> words{"eval"};
    words.insert(words.end(), argv + 1, argv + argc);
    return sso::ssoctl::run_expr_command(words, std::cin, std::cout, std::cerr);
}
