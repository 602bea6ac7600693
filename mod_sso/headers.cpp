#include "mod_sso/headers.hpp"

#include <algorithm>
#include <cstring>

#include "core/base/text.hpp"
#include "core/http/header.hpp"

namespace sso::httpd {
namespace {

/// The first header of `table` that is ours, or null.
const char* find_identity(const apr_table_t* table, const IdentityNames& names) noexcept {
    for (const apr_table_entry_t& entry : entries_of(table)) {
        if (entry.key != nullptr && names.contains(entry.key)) return entry.key;
    }
    return nullptr;
}

/// Headers that name others.
constexpr std::array<const char*, 3> kLists{"Connection", "Proxy-Connection", "Trailer"};

/// What almost all clients say in them, and the words of which it is made.
constexpr std::array<std::string_view, 5> kCommonLists{"keep-alive", "close", "Upgrade", "keep-alive, Upgrade",
                                                       "Upgrade, keep-alive"};
constexpr std::array<std::string_view, 3> kCommonOptions{"keep-alive", "close", "Upgrade"};

void remove_from_connection(request_rec* r, const IdentityNames& names) {
    for (const char* header : kLists) {
        const std::string_view options = view(apr_table_get(r->headers_in, header));
        if (options.empty() || names.is_without_us(options)) continue;
        const std::string rest = http::without_list_members(options, names.names());
        if (rest == options) continue;
        if (rest.empty()) {
            apr_table_unset(r->headers_in, header);
        } else {
            apr_table_setn(r->headers_in, header, pool_copy(pool_of_headers(r), rest));
        }
    }
}

}  // namespace

IdentityNames::IdentityNames(std::vector<std::string> names) : names_(std::move(names)) {
    for (const auto& name : names_) {
        lengths_.set(std::min(name.size(), lengths_.size() - 1));
        note_beginning(name, kMayBeOurs);
    }
    note_beginning("Cookie", kMayBeCookie);
    for (const std::string_view list : kLists) note_beginning(list, kMayList);
    note_beginning("Transfer-Encoding", kMayBeTransfer);
    has_common_option_ = std::any_of(kCommonOptions.begin(), kCommonOptions.end(),
                                     [this](std::string_view option) { return contains(option); });
}

void IdentityNames::note_beginning(std::string_view name, unsigned char meaning) noexcept {
    for (std::size_t place = 0; place < beginnings_.size(); ++place) {
        if (place >= name.size()) beginnings_[place][0] |= meaning;  // the NUL behind a short name
        for (std::size_t byte = 0; byte < beginnings_[place].size(); ++byte) {
            const char here = static_cast<char>(byte);
            if (http::cgi_equivalent({&here, 1}, name.substr(std::min(place, name.size()), 1))) {
                beginnings_[place][byte] |= meaning;
            }
        }
    }
}

bool IdentityNames::contains(std::string_view header) const noexcept {
    if (!lengths_[std::min(header.size(), lengths_.size() - 1)]) return false;
    return std::any_of(names_.begin(), names_.end(),
                       [&](const std::string& name) { return http::cgi_equivalent(name, header); });
}

bool IdentityNames::is_without_us(std::string_view options) const noexcept {
    if (has_common_option_) return false;
    return std::any_of(kCommonLists.begin(), kCommonLists.end(),
                       [&](std::string_view list) { return equal_ignoring_case(options, list); });
}

bool IdentityNames::may_be_listed_in(const apr_table_entry_t& header) const noexcept {
    const std::string_view name = header.key;
    const bool is_list = std::any_of(kLists.begin(), kLists.end(),
                                     [&](std::string_view list) { return equal_ignoring_case(name, list); });
    return is_list && !is_without_us(header.val);
}

void remove_identity(apr_table_t* table, const IdentityNames& names) {
    // unsetting moves the entries, so the search begins anew; it finds nothing for an honest client
    while (const char* found = find_identity(table, names)) apr_table_unset(table, found);
}

void scrub_headers(request_rec* r, const IdentityNames& names, const HeadersSeen& seen) {
    if (seen.identity) remove_identity(r->headers_in, names);
    if (seen.lists) remove_from_connection(r, names);
}

const char* header_safe(apr_pool_t* pool, std::string_view value) {
    return pool_copy(pool, http::is_plain_field_value(value) ? value : http::field_value(value));
}

void add_all(apr_table_t* headers, Identity identity) noexcept {
    for (const IdentityHeader& header : identity) apr_table_addn(headers, header.name, header.value);
}

Identity evaluate_identity(request_rec* r, const rules::HostPolicy& host, const rules::RequestView& request,
                           rules::SubjectView subject, SysSeconds now, const rules::SubjectMemo* memo) {
    struct Making final : rules::HeaderSink {
        Making(request_rec* of, const rules::HostPolicy& policy, IdentityHeader* first, std::span<char> room) noexcept
            : HeaderSink(first, room), r(of), host(policy) {}
        void fail(const std::string& name, const Error& error) override {
            ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r, "SSO0007: header %s of %s is not sent: %s", name.c_str(),
                          host.settings().name.c_str(), printable(error.detail).c_str());
        }
        char* more_room(std::size_t size) override { return static_cast<char*>(apr_palloc(pool_of_headers(r), size)); }
        request_rec* r;
        const rules::HostPolicy& host;
    };
    // in one piece: the headers, and the texts of most sites'
    constexpr std::size_t kTexts = 512;
    const std::size_t size = host.header_names().size() * sizeof(IdentityHeader);
    auto* const memory = static_cast<char*>(apr_palloc(pool_of_headers(r), size + kTexts));
    Making making(r, host, reinterpret_cast<IdentityHeader*>(memory), {memory + size, kTexts});
    host.headers(request, subject, now, making, memo);
    return making.taken();
}

}  // namespace sso::httpd
