// A program's manual page and its completion in a shell, made from the declarations that --help reads.
#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <string_view>

namespace sso::cli {

/// An environment variable, or several, and what it is for.
struct Variable {
    std::string_view name;
    std::string_view meaning;
};

/// A page of section 8 for man(1), in the man(7) macros. What the program's footer says stands under EXIT STATUS.
/// @param variables  that the program reads beside SSO_CONFIG
std::string manual_page(const CLI::App& program, std::span<const Variable> variables = {});

/// A script for bash that completes commands and options.
std::string bash_completion(const CLI::App& program);

/// Declares the commands `manual` and `completion`, which print these two to `out`.
/// @param variables  as above; kept by reference
void add_manual_commands(CLI::App& program, std::ostream& out, std::span<const Variable> variables = {});

}  // namespace sso::cli
