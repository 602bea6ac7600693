// ssoctl's manual page and its completion in a shell, made from the declarations that --help reads.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace sso::ssoctl {

/// A page for man(1), in the man(7) macros.
std::string manual_page(const CLI::App& program);

/// A script for bash that completes commands and options.
std::string bash_completion(const CLI::App& program);

}  // namespace sso::ssoctl
