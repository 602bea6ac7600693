#include "portal/arrivals.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/crypto/hash.hpp"

namespace sso::portal {
namespace {

template <class Number>
Number number_of(std::string_view text) {
    Number number{};
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::string short_hash(std::string_view text) {
    const crypto::Digest digest = crypto::sha256({text});
    return base64url_encode(crypto::bytes(digest).substr(0, 6));
}

}  // namespace

// The cookie: "address:first:count" for each entry, joined by '|', then '.' and the signature.
std::vector<Arrivals::Entry> Arrivals::read(std::string_view cookie, SysSeconds now) const {
    std::vector<Entry> entries;
    const auto dot = cookie.rfind('.');
    if (dot == cookie.npos || !key_.verifies(cookie.substr(0, dot), cookie.substr(dot + 1))) return entries;
    for (const std::string_view part : split(cookie.substr(0, dot), '|')) {
        const auto fields = split(part, ':');
        if (fields.size() != 3) continue;
        Entry entry{std::string(fields[0]), number_of<std::int64_t>(fields[1]), number_of<unsigned>(fields[2])};
        if (now - SysSeconds(std::chrono::seconds(entry.first)) <= kWindow) entries.push_back(std::move(entry));
    }
    return entries;
}

Arrivals::Lap Arrivals::arrive(std::string_view cookie, std::string_view return_url, SysSeconds now) const {
    std::vector<Entry> entries = read(cookie, now);
    const std::string address = short_hash(return_url);
    auto entry = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.address == address; });
    if (entry == entries.end()) {
        if (entries.size() >= kAddresses) entries.erase(entries.begin());
        entry = entries.insert(entries.end(), Entry{address, now.time_since_epoch().count(), 0});
    }
    entry->count += 1;

    std::string text;
    for (const Entry& e : entries) {
        if (!text.empty()) text.push_back('|');
        text += e.address + ":" + std::to_string(e.first) + ":" + std::to_string(e.count);
    }
    return {entry->count, text + "." + key_.sign(text)};
}

bool Arrivals::is_recent(std::string_view cookie, SysSeconds now) const {
    return !read(cookie, now).empty();
}

}  // namespace sso::portal
