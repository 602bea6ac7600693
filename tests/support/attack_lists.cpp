#include "tests/support/attack_lists.hpp"

#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace sso::test {
namespace {

std::string unescape(const std::string& column) {
    static const auto& escape = *new std::regex(R"(\\(?:x([0-9a-fA-F]{2})|([rnt\\])|\{([0-9]+):(.)\}))");
    std::string bytes;
    auto at = column.cbegin();
    std::smatch match;
    while (at != column.cend()) {
        if (*at != '\\') {
            bytes += *at++;
            continue;
        }
        if (!std::regex_search(at, column.cend(), match, escape, std::regex_constants::match_continuous)) {
            throw std::runtime_error("not an escape of ours in " + column);
        }
        if (match[1].matched) {
            bytes += static_cast<char>(std::stoi(match[1], nullptr, 16));
        } else if (match[2].matched) {
            constexpr std::string_view kNames = "rnt\\";
            bytes += "\r\n\t\\"[kNames.find(*match[2].first)];
        } else {
            bytes.append(std::stoul(match[3]), *match[4].first);
        }
        at = match[0].second;
    }
    return bytes;
}

}  // namespace

std::vector<AttackLine> attack_lines(const std::string& name) {
    std::ifstream file(std::string(SSO_SOURCE_DIR) + "/tests/data/" + name);
    if (!file) throw std::runtime_error("cannot read tests/data/" + name);
    std::vector<AttackLine> lines;
    std::string text;
    for (int number = 1; std::getline(file, text); ++number) {
        AttackLine line{name + ":" + std::to_string(number), {}};
        std::istringstream columns(text);
        for (std::string column; text[0] != '#' && columns >> column;) line.columns.push_back(unescape(column));
        if (!line.columns.empty()) lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace sso::test
