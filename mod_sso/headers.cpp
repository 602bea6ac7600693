#include "mod_sso/headers.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/http/cookie.hpp"
#include "core/http/header.hpp"

namespace sso::httpd {
namespace {

/// The first header of `table` that is ours, or null.
const char* find_identity(const apr_table_t* table, const IdentityNames& names) noexcept {
    const apr_array_header_t* array = apr_table_elts(table);
    const auto* entries = reinterpret_cast<const apr_table_entry_t*>(array->elts);
    const auto* end = entries + array->nelts;
    const auto* found = std::find_if(entries, end, [&](const apr_table_entry_t& entry) {
        return entry.key != nullptr && names.contains(entry.key);
    });
    return found == end ? nullptr : found->key;
}

}  // namespace

IdentityNames::IdentityNames(std::vector<std::string> names) : names_(std::move(names)) {
    for (const auto& name : names_) lengths_.set(std::min(name.size(), lengths_.size() - 1));
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

void cut_cookie(apr_table_t* headers, apr_pool_t* pool, std::string_view cookie_name) {
    const std::string_view cookies = view(apr_table_get(headers, "Cookie"));
    if (cookies.find(cookie_name) == cookies.npos) return;
    auto* rest = static_cast<char*>(apr_palloc(pool, cookies.size() + 1));
    const std::size_t size = http::without_cookie_into(cookies, cookie_name, rest);
    rest[size] = '\0';
    if (size == 0) {
        apr_table_unset(headers, "Cookie");
    } else {
        apr_table_setn(headers, "Cookie", rest);
    }
}

const char* header_safe(apr_pool_t* pool, std::string_view value) {
    const bool clean = std::none_of(value.begin(), value.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7F;
    });
    return clean ? pool_copy(pool, value) : pool_copy(pool, http::field_value(value));
}

void set_all(apr_table_t* headers, const apr_table_t* values) {
    const auto* array = apr_table_elts(values);
    const auto* entries = reinterpret_cast<const apr_table_entry_t*>(array->elts);
    for (int i = 0; i < array->nelts; ++i) apr_table_setn(headers, entries[i].key, entries[i].val);
}

const apr_table_t* set_identity(request_rec* r, const rules::HostPolicy& host, const rules::RequestView& request,
                                const Attributes& subject, SysSeconds now, const rules::SubjectMemo* memo) {
    apr_table_t* identity = apr_table_make(r->pool, 8);
    host.headers(
        request, subject, now,
        // the name belongs to the configuration, which the visit keeps for as long as r->pool lives
        [&](const std::string& name, std::string_view value) {
            apr_table_setn(identity, name.c_str(), pool_copy(r->pool, value));
        },
        [&](const std::string& name, const Error& error) {
            ap_log_rerror(APLOG_MARK, APLOG_WARNING, 0, r, "SSO0007: header %s of %s is not sent: %s", name.c_str(),
                          host.settings().name.c_str(), printable(error.detail).c_str());
        },
        memo);
    set_all(r->headers_in, identity);
    return identity;
}

}  // namespace sso::httpd
