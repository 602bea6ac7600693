#include "core/config/diagnostic.hpp"

#include <algorithm>

namespace sso::config {

std::string to_string(const Diagnostic& diagnostic) {
    std::string line = diagnostic.origin;
    if (diagnostic.where.line != 0) {
        line += ':' + std::to_string(diagnostic.where.line) + ':' + std::to_string(diagnostic.where.column);
    }
    line += ": ";
    if (diagnostic.severity == Severity::warning) line += "warning: ";
    if (!diagnostic.key.empty()) line += diagnostic.key + ": ";
    return line + diagnostic.message;
}

bool has_errors(const Diagnostics& diagnostics) noexcept {
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [](const Diagnostic& d) { return d.severity == Severity::error; });
}

void sort_by_place(Diagnostics& diagnostics) {
    std::stable_sort(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return std::pair(a.where.line, a.where.column) < std::pair(b.where.line, b.where.column);
    });
}

}  // namespace sso::config
