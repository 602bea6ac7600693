// The request's headers on their way to the application: which names are ours alone, and taking them out of what a
// client sent.
#pragma once

#include <array>
#include <bit>
#include <bitset>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/rules/policy.hpp"
#include "mod_sso/httpd.hpp"

namespace sso::httpd {

/// The header names that only we may set, in every spelling that some application reads as the same variable.
class IdentityNames {
  public:
    explicit IdentityNames(std::vector<std::string> names);
    /// Whether `header` becomes the same CGI variable as one of ours. Allocates nothing.
    [[nodiscard]] bool contains(std::string_view header) const noexcept;
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    /// Whether `header` is one that names others to be dropped on the way (Connection and its like) and may name one of
    /// ours: almost all say a word or two that do not. Allocates nothing.
    [[nodiscard]] bool may_be_listed_in(const apr_table_entry_t& header) const noexcept;
    /// Whether what such a header says is known to name none of ours.
    [[nodiscard]] bool is_without_us(std::string_view options) const noexcept;

    /// What a header may be that begins with these two bytes: almost every other one is none of it.
    enum Beginning : unsigned char { kMayBeOurs = 1, kMayBeCookie = 2, kMayList = 4, kMayBeTransfer = 8 };
    [[nodiscard]] unsigned beginning(const char* header) const noexcept {
        return beginnings_[0][static_cast<unsigned char>(header[0])] &
               beginnings_[1][static_cast<unsigned char>(header[1])];
    }

  private:
    void note_beginning(std::string_view name, unsigned char meaning) noexcept;

    std::vector<std::string> names_;
    std::array<std::array<unsigned char, 256>, 2> beginnings_{};  ///< by place and byte
    std::bitset<256> lengths_;        ///< which lengths occur: folding keeps the length, so most headers stop here
    bool has_common_option_ = false;  ///< one of ours has the name of a word that Connection says every day
};

/// Of what goes into a request's headers: a subrequest shares them with the request it comes from, and may go first.
inline apr_pool_t* pool_of_headers(const request_rec* r) noexcept {
    while (r->main != nullptr) r = r->main;
    return r->pool;
}

inline std::span<apr_table_entry_t> entries_of(const apr_table_t* table) noexcept {
    const apr_array_header_t* array = apr_table_elts(table);
    return {reinterpret_cast<apr_table_entry_t*>(array->elts), static_cast<std::size_t>(array->nelts)};
}

/// Whether the name is that of Cookie, in any case.
inline bool is_cookie(const char* header) noexcept {
    constexpr std::string_view kName = "cookie";
    for (std::size_t i = 0; i < kName.size(); ++i) {
        if ((header[i] | 0x20) != kName[i]) return false;  // a NUL is no letter either
    }
    return header[kName.size()] == '\0';
}

/// Removes every header of `table` that is equivalent to one of ours, however often it stands there.
void remove_identity(apr_table_t* table, const IdentityNames& names);

/// What we want to know of a request's headers, found in one pass. It holds for as long as the table has the same
/// names: `still_holds`.
struct HeadersSeen {
    apr_table_entry_t* cookie = nullptr;  ///< the only Cookie header; null: there is none, or there are several
    bool identity = false;                ///< one of ours is there, whoever set it
    bool lists = false;                   ///< one is there that may name ours (Connection and its like)
    bool transfer = false;                ///< Transfer-Encoding may be there

    // the table's entries, how many, and their names by address, in their order
    const void* entries = nullptr;  ///< null: nothing was looked over
    std::size_t count = 0;
    std::uintptr_t names = 0;
};
/// A number for names that stand one after the other, those before `name` being `names`.
inline std::uintptr_t with_name(std::uintptr_t names, const char* name) noexcept {
    return std::rotl(names, 1) + reinterpret_cast<std::uintptr_t>(name);
}

[[gnu::always_inline]] inline HeadersSeen look_over(const apr_table_t* headers, const IdentityNames& names) noexcept {
    HeadersSeen seen;
    bool several_cookies = false;
    const auto entries = entries_of(headers);
    seen.entries = entries.data();
    seen.count = entries.size();
    for (apr_table_entry_t& entry : entries) {
        seen.names = with_name(seen.names, entry.key);
        const unsigned beginning = names.beginning(entry.key);
        if (beginning == 0) continue;  // almost every one
        if ((beginning & IdentityNames::kMayBeOurs) != 0 && names.contains(entry.key)) seen.identity = true;
        if ((beginning & IdentityNames::kMayBeCookie) != 0 && is_cookie(entry.key)) {
            several_cookies = several_cookies || seen.cookie != nullptr;
            seen.cookie = &entry;
            continue;
        }
        if ((beginning & IdentityNames::kMayList) != 0 && names.may_be_listed_in(entry)) seen.lists = true;
        if ((beginning & IdentityNames::kMayBeTransfer) != 0) seen.transfer = true;
    }
    if (several_cookies) seen.cookie = nullptr;
    return seen;
}

/// Whether the same names stand in `headers` in the same order as when they were looked over: names are replaced, never
/// written to.
inline bool still_holds(const HeadersSeen& seen, const apr_table_t* headers) noexcept {
    const auto entries = entries_of(headers);
    if (entries.data() != seen.entries || entries.size() != seen.count) return false;
    std::uintptr_t names = 0;
    for (const apr_table_entry_t& entry : entries) names = with_name(names, entry.key);
    return names == seen.names;
}

/// Takes what is ours out of a request's headers as they came: `remove_identity`, and our names out of the headers that
/// name headers to be dropped on the way (Connection and its like), for mod_proxy would drop our own.
/// @param seen  of `look_over`
void scrub_headers(request_rec* r, const IdentityNames& names, const HeadersSeen& seen);

/// `value` without the bytes that end or break a header, living as long as `pool`.
const char* header_safe(apr_pool_t* pool, std::string_view value);

/// A header that the application gets from us.
using IdentityHeader = rules::ReadyHeader;

/// Those of one request.
using Identity = std::span<const IdentityHeader>;

/// Puts each into `headers`, in which none of them stands.
void add_all(apr_table_t* headers, Identity identity) noexcept;

/// Those that are not remembered, evaluated for `subject`; one that fails is logged and not sent. Names live as long as
/// the configuration, the rest as the memo or the request.
/// @param memo  of `host` and `subject`, or null
Identity evaluate_identity(request_rec* r, const rules::HostPolicy& host, const rules::RequestView& request,
                           rules::SubjectView subject, SysSeconds now, const rules::SubjectMemo* memo);

/// The virtual host's headers for `subject`: as a rule all of them are remembered.
inline Identity make_identity(request_rec* r, const rules::HostPolicy& host, const rules::RequestView& request,
                              rules::SubjectView subject, SysSeconds now, const rules::SubjectMemo* memo) {
    if (const auto ready = host.ready_headers(memo)) return *ready;
    return evaluate_identity(r, host, request, subject, now, memo);
}

}  // namespace sso::httpd
