// What is wrong with a configuration, where, and what would be right.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sso::config {

/// A place in a configuration's text. Lines and columns count from 1; 0: unknown.
struct Location {
    std::size_t line = 0;
    std::size_t column = 0;
    friend bool operator==(const Location&, const Location&) = default;
};

enum class Severity { error, warning };

/// One mistake. Printed as `sso.toml:41:18: session.idle_timeout: 30s is below the least allowed, 1min`.
struct Diagnostic {
    Severity severity = Severity::error;
    std::string origin;  ///< the file or URI
    Location where;
    std::string key;      ///< the key's path: vhost."www1.example.com".rules[0].allow
    std::string message;  ///< what was found and what would be right; never a secret
};
using Diagnostics = std::vector<Diagnostic>;

std::string to_string(const Diagnostic& diagnostic);
bool has_errors(const Diagnostics& diagnostics) noexcept;
/// In the order of the text; what has no place comes first.
void sort_by_place(Diagnostics& diagnostics);

}  // namespace sso::config
