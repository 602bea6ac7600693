#include "registration/rate_limit.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "core/base/text.hpp"
#include "core/config/private_file.hpp"
#include "registration/files.hpp"
#include "registration/request.hpp"

namespace sso::registration {
namespace {

constexpr std::size_t kFileBytes = 4U << 20U;
constexpr std::size_t kMostCounts = 20'000;
constexpr std::chrono::seconds kLockPatience{5};
constexpr std::string_view kAddress = "address", kLogon = "logon", kAll = "all";

template <class Number>
bool read_number(std::string_view text, Number& into) {
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), into);
    return problem == std::errc{} && end == text.data() + text.size();
}

}  // namespace

config::Rate RateLimit::rate_of(std::string_view what) const {
    const std::string& text = what == kAddress ? settings_.limit_per_address
                              : what == kLogon ? settings_.limit_per_logon
                                               : settings_.limit_total;
    return config::Rate::parse(text).value_or(config::Rate{1, std::chrono::hours{1}});
}

// Lines `what name count end`. A line that is not so (a disk that failed) is passed over: it can only be forgotten.
Result<std::vector<RateLimit::Count>> RateLimit::read(SysSeconds now) const {
    std::vector<Count> counts;
    const auto text = config::read_file(folder_ + "/counts", kFileBytes);
    if (!text && text.error().code == ErrorCode::not_found) return counts;
    if (!text) return fail(ErrorCode::full, text.error().detail);
    for (const std::string_view line : split(*text, '\n')) {
        const auto fields = split(line, ' ');
        Count count;
        std::int64_t end = 0;
        if (fields.size() != 4 || !read_number(fields[2], count.count) || !read_number(fields[3], end)) continue;
        count.what = fields[0];
        count.name = fields[1];
        count.ends = SysSeconds(std::chrono::seconds(end));
        const config::Rate rate = rate_of(count.what);
        count.most = rate.most;
        // a clock that was set back must not keep anybody out for longer than the window
        if (count.ends > now && count.ends <= now + rate.window) counts.push_back(std::move(count));
    }
    return counts;
}

Status RateLimit::write(const std::vector<Count>& counts) const {
    std::string text;
    for (const Count& count : counts) {
        text += count.what + " " + count.name + " " + std::to_string(count.count) + " " +
                std::to_string(count.ends.time_since_epoch().count()) + "\n";
    }
    return write_atomically(folder_ + "/counts", text);
}

Status RateLimit::admit(const Address& address, std::string_view logon, SysSeconds now) const {
    const auto lock = FileLock::take(folder_ + "/lock", kLockPatience);
    if (!lock) return error_of(lock);
    auto counts = read(now);
    if (!counts) return error_of(counts);
    std::string reached;
    const std::array wanted{std::pair(kAddress, address.text()), std::pair(kLogon, to_lower(logon)),
                            std::pair(kAll, std::string("-"))};
    for (const auto& pair : wanted) {
        const std::string_view what = pair.first;
        const std::string& name = pair.second;
        auto found = std::find_if(counts->begin(), counts->end(),
                                  [&](const Count& count) { return count.what == what && count.name == name; });
        if (found == counts->end()) {
            if (counts->size() >= kMostCounts) return fail(ErrorCode::limit, "too many counts are kept already");
            const config::Rate rate = rate_of(what);
            counts->push_back({std::string(what), name, 0, now + rate.window, rate.most});
            found = counts->end() - 1;
        }
        if (found->count >= found->most) {
            reached = "limit per " + std::string(what) + " reached";
            break;  // who is stopped by the narrow limit does not use up the wide one, which is everybody's
        }
        ++found->count;
    }
    if (const auto written = write(*counts); !written) return written;
    if (!reached.empty()) return fail(ErrorCode::limit, reached);
    return {};
}

Result<std::vector<RateLimit::Count>> RateLimit::list(SysSeconds now) const {
    return read(now);
}

Result<bool> RateLimit::reset(const Address& address, SysSeconds now) const {
    const auto lock = FileLock::take(folder_ + "/lock", kLockPatience);
    if (!lock) return error_of(lock);
    auto counts = read(now);
    if (!counts) return error_of(counts);
    const auto gone = std::erase_if(
        *counts, [&](const Count& count) { return count.what == kAddress && count.name == address.text(); });
    if (const auto written = write(*counts); !written) return error_of(written);
    return gone > 0;
}

}  // namespace sso::registration
