#include "mod_sso/headers.hpp"

#include <algorithm>
#include <cstring>

#include "core/base/text.hpp"
#include "core/http/cookie.hpp"
#include "core/http/header.hpp"

namespace sso::httpd {
namespace {

std::span<apr_table_entry_t> entries_of(const apr_table_t* table) noexcept {
    const apr_array_header_t* array = apr_table_elts(table);
    return {reinterpret_cast<apr_table_entry_t*>(array->elts), static_cast<std::size_t>(array->nelts)};
}

/// The first header of `table` that is ours, or null.
const char* find_identity(const apr_table_t* table, const IdentityNames& names) noexcept {
    for (const apr_table_entry_t& entry : entries_of(table)) {
        if (entry.key != nullptr && names.contains(entry.key)) return entry.key;
    }
    return nullptr;
}

constexpr char lower(char letter) noexcept {
    return static_cast<char>(letter | 0x20);
}

bool begins_with(const char* header, char first, char second, char third) noexcept {
    return lower(header[0]) == first && lower(header[1]) == second && lower(header[2]) == third;
}

/// Whether a header may be one of those that name others.
bool may_name_headers(const char* header) noexcept {
    return begins_with(header, 'c', 'o', 'n') || begins_with(header, 'p', 'r', 'o') ||
           begins_with(header, 't', 'r', 'a');
}

void remove_from_connection(request_rec* r, const IdentityNames& names) {
    for (const char* header : {"Connection", "Proxy-Connection", "Trailer"}) {
        const std::string_view options = view(apr_table_get(r->headers_in, header));
        if (options.empty() || equal_ignoring_case(options, "keep-alive") || equal_ignoring_case(options, "close")) {
            continue;
        }
        const std::string rest = http::without_list_members(options, names.names());
        if (rest == options) continue;
        if (rest.empty()) {
            apr_table_unset(r->headers_in, header);
        } else {
            apr_table_setn(r->headers_in, header, pool_copy(r->pool, rest));
        }
    }
}

char* joined(apr_pool_t* pool, std::string_view a, std::string_view b) {
    auto* text = static_cast<char*>(apr_palloc(pool, a.size() + b.size() + 1));
    a.copy(text, a.size());
    b.copy(text + a.size(), b.size());
    text[a.size() + b.size()] = '\0';
    return text;
}

}  // namespace

IdentityNames::IdentityNames(std::vector<std::string> names) : names_(std::move(names)) {
    for (const auto& name : names_) {
        lengths_.set(std::min(name.size(), lengths_.size() - 1));
        note_beginning(name, 0, kFirst);
        note_beginning(name, 1, kSecond);
    }
}

void IdentityNames::note_beginning(const std::string& name, std::size_t at, Beginning place) noexcept {
    if (at >= name.size()) beginnings_[0] |= place;  // the NUL behind a short name
    for (std::size_t byte = 0; byte < beginnings_.size(); ++byte) {
        const char here = static_cast<char>(byte);
        if (http::cgi_equivalent({&here, 1}, std::string_view(name).substr(at, 1))) beginnings_[byte] |= place;
    }
}

bool IdentityNames::contains(std::string_view header) const noexcept {
    if (!lengths_[std::min(header.size(), lengths_.size() - 1)]) return false;
    return std::any_of(names_.begin(), names_.end(),
                       [&](const std::string& name) { return http::cgi_equivalent(name, header); });
}

void remove_identity(apr_table_t* table, const IdentityNames& names) {
    // unsetting moves the entries, so the search begins anew; it finds nothing for an honest client
    while (const char* found = find_identity(table, names)) apr_table_unset(table, found);
}

void scrub_headers(request_rec* r, const IdentityNames& names) {
    bool identity = false;
    bool lists = false;
    for (const apr_table_entry_t& entry : entries_of(r->headers_in)) {
        if (entry.key == nullptr) continue;
        identity = identity || names.contains(entry.key);
        lists = lists || may_name_headers(entry.key);
    }
    if (identity) remove_identity(r->headers_in, names);
    if (lists) remove_from_connection(r, names);
}

HeadersSeen look_over(const apr_table_t* headers, const IdentityNames& names) noexcept {
    HeadersSeen seen;
    bool several = false;
    for (apr_table_entry_t& entry : entries_of(headers)) {
        if (entry.key == nullptr) continue;
        if (names.contains(entry.key)) seen.identity = true;
        if (begins_with(entry.key, 'c', 'o', 'o') && equal_ignoring_case(entry.key, "Cookie")) {
            several = several || seen.cookie != nullptr;
            seen.cookie = &entry;
        }
    }
    if (several) seen.cookie = nullptr;
    return seen;
}

std::string_view take_cookie(request_rec* r, const std::string& cookie_name, apr_table_entry_t* only) {
    const auto lone = only == nullptr ? std::nullopt : http::find_lone_cookie(only->val, cookie_name.c_str());
    if (!lone) {
        const auto value = http::cookie_value(view(apr_table_get(r->headers_in, "Cookie")), cookie_name);
        cut_cookie(r->headers_in, r->pool, cookie_name);
        return value.value_or(std::string_view());
    }
    if (!lone->before.empty()) {
        only->val = joined(r->pool, lone->before, lone->after);
    } else if (!lone->after.empty()) {
        only->val += lone->after.data() - only->val;
    } else {
        apr_table_unset(r->headers_in, "Cookie");
    }
    return lone->value;
}

void cut_cookie(apr_table_t* headers, apr_pool_t* pool, std::string_view cookie_name) {
    const std::string_view cookies = view(apr_table_get(headers, "Cookie"));
    if (cookies.find(cookie_name) == cookies.npos) return;
    const std::string rest = http::without_cookie(cookies, cookie_name);
    if (rest.empty()) {
        apr_table_unset(headers, "Cookie");
    } else {
        apr_table_setn(headers, "Cookie", pool_copy(pool, rest));
    }
}

const char* header_safe(apr_pool_t* pool, std::string_view value) {
    const auto clean = http::clean_field_value(value);
    return clean ? pool_copy(pool, *clean) : pool_copy(pool, http::field_value(value));
}

void add_all(apr_table_t* headers, Identity identity) noexcept {
    for (const IdentityHeader& header : identity) apr_table_addn(headers, header.name, header.value);
}

Identity make_identity(request_rec* r, const rules::HostPolicy& host, const rules::RequestView& request,
                       rules::SubjectView subject, SysSeconds now, const rules::SubjectMemo* memo) {
    struct Making {
        request_rec* r;
        IdentityHeader* first;
        std::size_t count = 0;
    };
    const std::size_t most = host.header_names().size();
    Making making{r, static_cast<IdentityHeader*>(apr_palloc(r->pool, (most + 1) * sizeof(IdentityHeader)))};
    host.headers(
        request, subject, now,
        // the name belongs to the configuration, and what is kept to the session: the visit keeps both
        [&making](const std::string& name, const rules::HeaderValue& value) {
            const char* text = value.kept != nullptr ? value.kept : pool_copy(making.r->pool, value.text);
            making.first[making.count++] = {name.c_str(), text};
        },
        [&](const std::string& name, const Error& error) {
            ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r, "SSO0007: header %s of %s is not sent: %s", name.c_str(),
                          host.settings().name.c_str(), printable(error.detail).c_str());
        },
        memo);
    return {making.first, making.count};
}

}  // namespace sso::httpd
