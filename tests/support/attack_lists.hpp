// Reads the attack lists of tests/data (their first lines say what the columns mean) for tests in C++.
#pragma once

#include <string>
#include <vector>

namespace sso::test {

/// One line: where it stands, and its columns with their escapes resolved.
struct AttackLine {
    std::string where;  ///< "request_paths.txt:41"
    std::vector<std::string> columns;
};

/// All lines of tests/data/<name>. Throws if the file cannot be read or an escape is not one of ours.
std::vector<AttackLine> attack_lines(const std::string& name);

}  // namespace sso::test
