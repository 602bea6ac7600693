#include "core/expr/foreign.hpp"

#include <array>

#include "core/expr/scanner.hpp"

namespace sso::expr {
namespace {

struct Foreign {
    std::string_view word;
    std::string_view instead;
};
constexpr std::string_view kEqual = "write 'eq' for text or '==' for numbers";
constexpr std::string_view kUnequal = "write 'ne' for text or '!=' for numbers";
constexpr std::string_view kAmong =
    "listMatch(list, value) finds a value in a list, and =~ /^(?:a|b)$/ takes one of several";
constexpr std::string_view kWithin = "listMatch(list, value) finds a value in a list, and =~ /text/ a text in another";
constexpr auto kForeign = std::to_array<Foreign>({
    {"!==", kUnequal},
    {"<>", kUnequal},
    {"===", kEqual},
    {"contains", kWithin},
    {"equal", kEqual},
    {"equals", kEqual},
    {"has", kWithin},
    {"in", kAmong},
    {"includes", kWithin},
    {"is", kEqual},
    {"isnt", kUnequal},
    {"like", "write =~ /pattern/"},
    {"matches", "write =~ /pattern/"},
    {"not", "write 'ne' or '!~', or 'not' before the whole comparison"},
    {"~~", "write =~ /pattern/, or listMatch(list, value)"},
});

}  // namespace

std::string_view foreign_operator(std::string_view word) noexcept {
    for (const Foreign& row : kForeign) {
        if (row.word == word) return row.instead;
    }
    return {};
}

std::string_view foreign_signs(std::string_view source, std::size_t at) noexcept {
    for (const Foreign& row : kForeign) {
        for (const std::size_t before : {std::size_t{0}, row.word.size() - 1}) {
            if (!is_name_start(row.word.front()) && at >= before &&
                source.substr(at - before, row.word.size()) == row.word) {
                return row.word;
            }
        }
    }
    return {};
}

}  // namespace sso::expr
