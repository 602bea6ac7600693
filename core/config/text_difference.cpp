#include "core/config/text_difference.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/base/text.hpp"

namespace sso::config {
namespace {

using Lines = std::vector<std::string_view>;

constexpr std::size_t kContext = 3;
/// The most lines that may differ before the search for the shortest difference is given up.
constexpr std::ptrdiff_t kMostChanges = 2'000;

Lines lines_of(std::string_view text) {
    Lines lines = split(text, '\n');
    if (lines.back().empty()) lines.pop_back();
    return lines;
}

/// Which lines stay: pairs of places, ascending in both (E. W. Myers, "An O(ND) Difference Algorithm", 1986).
using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

class Search {
  public:
    Search(const Lines& from, const Lines& to) : from_(from), to_(to) {}

    /// @param first  how many lines are equal at the start, `last` at the end: both are left out of the search
    Pairs common(std::size_t first, std::size_t last) {
        first_ = static_cast<std::ptrdiff_t>(first);
        n_ = static_cast<std::ptrdiff_t>(from_.size() - first - last);
        m_ = static_cast<std::ptrdiff_t>(to_.size() - first - last);
        const std::ptrdiff_t most = std::min(n_ + m_, kMostChanges);
        std::vector<std::ptrdiff_t> reached(static_cast<std::size_t>(2 * most + 3), 0);
        const auto at = [&](std::ptrdiff_t k) -> std::ptrdiff_t& {
            return reached[static_cast<std::size_t>(k + most + 1)];
        };
        for (std::ptrdiff_t d = 0; d <= most; ++d) {
            trail_.emplace_back();
            for (std::ptrdiff_t k = -d; k <= d; k += 2) {
                const bool down = k == -d || (k != d && at(k - 1) < at(k + 1));
                std::ptrdiff_t x = down ? at(k + 1) : at(k - 1) + 1;
                while (x < n_ && x - k < m_ && x - k >= 0 && same(x, x - k)) ++x;
                at(k) = x;
                trail_.back().push_back(x);
                if (x >= n_ && x - k >= m_) return walk_back(d, k);
            }
        }
        return {};
    }

  private:
    [[nodiscard]] bool same(std::ptrdiff_t x, std::ptrdiff_t y) const {
        return from_[static_cast<std::size_t>(first_ + x)] == to_[static_cast<std::size_t>(first_ + y)];
    }
    [[nodiscard]] std::ptrdiff_t reached(std::ptrdiff_t d, std::ptrdiff_t k) const {
        return trail_[static_cast<std::size_t>(d)][static_cast<std::size_t>((k + d) / 2)];
    }

    Pairs walk_back(std::ptrdiff_t d, std::ptrdiff_t k) const {
        Pairs pairs;
        std::ptrdiff_t x = n_;
        std::ptrdiff_t y = m_;
        for (; d >= 0; --d) {
            std::ptrdiff_t start = 0;
            std::ptrdiff_t before = k;
            if (d > 0) {
                const bool down = k == -d || (k != d && reached(d - 1, k - 1) < reached(d - 1, k + 1));
                before = down ? k + 1 : k - 1;
                start = down ? reached(d - 1, before) : reached(d - 1, before) + 1;
            }
            while (x > start) {
                --x, --y;
                pairs.emplace_back(static_cast<std::size_t>(first_ + x), static_cast<std::size_t>(first_ + y));
            }
            if (d > 0) {
                x = reached(d - 1, before);
                y = x - before;
                k = before;
            }
        }
        std::reverse(pairs.begin(), pairs.end());
        return pairs;
    }

    const Lines& from_;
    const Lines& to_;
    std::ptrdiff_t first_ = 0, n_ = 0, m_ = 0;
    std::vector<std::vector<std::ptrdiff_t>> trail_;
};

struct Line {
    char sign;
    std::string_view text;
};

/// Every line of both texts, in the order in which they are shown.
std::vector<Line> all_lines(const Lines& from, const Lines& to) {
    std::size_t first = 0;
    while (first < std::min(from.size(), to.size()) && from[first] == to[first]) ++first;
    std::size_t last = 0;
    while (last < std::min(from.size(), to.size()) - first &&
           from[from.size() - 1 - last] == to[to.size() - 1 - last]) {
        ++last;
    }
    Pairs pairs;
    for (std::size_t i = 0; i < first; ++i) pairs.emplace_back(i, i);
    const Pairs middle = Search(from, to).common(first, last);
    pairs.insert(pairs.end(), middle.begin(), middle.end());
    for (std::size_t i = last; i > 0; --i) pairs.emplace_back(from.size() - i, to.size() - i);
    pairs.emplace_back(from.size(), to.size());
    std::vector<Line> lines;
    std::size_t x = 0;
    std::size_t y = 0;
    for (const auto& [next_x, next_y] : pairs) {
        for (; x < next_x; ++x) lines.push_back({'-', from[x]});
        for (; y < next_y; ++y) lines.push_back({'+', to[y]});
        if (x < from.size()) lines.push_back({' ', from[x]});
        ++x, ++y;
    }
    return lines;
}

std::string range(std::size_t start, std::size_t count) {
    return std::to_string(count == 0 ? start : start + 1) + (count == 1 ? "" : "," + std::to_string(count));
}

}  // namespace

std::string unified_difference(std::string_view from, std::string_view to, std::string_view from_name,
                               std::string_view to_name) {
    const std::vector<Line> lines = all_lines(lines_of(from), lines_of(to));
    std::string shown;
    std::size_t x = 0;  // lines of each text before `i`
    std::size_t y = 0;
    for (std::size_t i = 0; i < lines.size();) {
        if (lines[i].sign == ' ') {
            ++i, ++x, ++y;
            continue;
        }
        const std::size_t start = i - std::min({i, kContext, x, y});
        std::size_t end = i;
        for (std::size_t quiet = 0; end < lines.size() && quiet <= 2 * kContext; ++end) {
            quiet = lines[end].sign == ' ' ? quiet + 1 : 0;
        }
        while (end > i && lines[end - 1].sign == ' ') --end;
        end = std::min(end + kContext, lines.size());
        std::size_t before_x = x - (i - start);
        std::size_t before_y = y - (i - start);
        std::string body;
        std::size_t count_x = 0;
        std::size_t count_y = 0;
        for (std::size_t j = start; j < end; ++j) {
            body.append(1, lines[j].sign).append(lines[j].text).append(1, '\n');
            if (lines[j].sign != '+') ++count_x;
            if (lines[j].sign != '-') ++count_y;
        }
        shown += "@@ -" + range(before_x, count_x) + " +" + range(before_y, count_y) + " @@\n" + body;
        x = before_x + count_x;
        y = before_y + count_y;
        i = end;
    }
    if (shown.empty()) return shown;
    return "--- " + std::string(from_name) + "\n+++ " + std::string(to_name) + "\n" + shown;
}

}  // namespace sso::config
