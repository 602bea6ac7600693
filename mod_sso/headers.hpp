// The request's headers on their way to the application: which names are ours alone, and taking them, and the session
// cookie, out of what a client sent.
#pragma once

#include <array>
#include <bitset>
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
    /// The same of a header in a table; two bytes of almost every other one tell.
    [[nodiscard]] bool contains(const char* header) const noexcept {
        return begins(header[0], kFirst) && begins(header[1], kSecond) && contains(std::string_view(header));
    }
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

  private:
    enum Beginning : unsigned char { kFirst = 1, kSecond = 2 };
    [[nodiscard]] bool begins(char byte, Beginning place) const noexcept {
        return (beginnings_[static_cast<unsigned char>(byte)] & place) != 0;
    }
    void note_beginning(const std::string& name, std::size_t at, Beginning place) noexcept;

    std::vector<std::string> names_;
    std::array<unsigned char, 256> beginnings_{};  ///< where in a name's first two places each byte may stand
    std::bitset<256> lengths_;  ///< which lengths occur: folding keeps the length, so most headers stop here
};

/// Removes every header of `table` that is equivalent to one of ours, however often it stands there.
void remove_identity(apr_table_t* table, const IdentityNames& names);

/// Takes what is ours out of a request's headers as they came: `remove_identity`, and our names out of the headers that
/// name headers to be dropped on the way (Connection and its like), for mod_proxy would drop our own.
void scrub_headers(request_rec* r, const IdentityNames& names);

/// What a decision wants to know of a request's headers, found in one pass.
struct HeadersSeen {
    apr_table_entry_t* cookie = nullptr;  ///< the only Cookie header; null: there is none, or there are several
    bool identity = false;                ///< one of ours is there, whoever set it
};
HeadersSeen look_over(const apr_table_t* headers, const IdentityNames& names) noexcept;

/// Takes the session cookie out of the request: the Cookie header goes when nothing else is in it.
/// @param only  of `look_over`
/// @return the cookie's value, living as long as the request; empty: there is none
std::string_view take_cookie(request_rec* r, const std::string& cookie_name, apr_table_entry_t* only);

/// The Cookie header loses the session cookie; the header goes when nothing else is in it.
void cut_cookie(apr_table_t* headers, apr_pool_t* pool, std::string_view cookie_name);

/// `value` without the bytes that end or break a header, living as long as `pool`.
const char* header_safe(apr_pool_t* pool, std::string_view value);

/// A header that the application gets from us.
struct IdentityHeader {
    const char* name;
    const char* value;
};

/// Those of one request.
using Identity = std::span<const IdentityHeader>;

/// Puts each into `headers`, in which none of them stands.
void add_all(apr_table_t* headers, Identity identity) noexcept;

/// Evaluates the virtual host's headers for `subject`; one that fails is logged and not sent. Names live as long as the
/// configuration, values as the memo or the request.
/// @param memo  of `host` and `subject`, or null
Identity make_identity(request_rec* r, const rules::HostPolicy& host, const rules::RequestView& request,
                       rules::SubjectView subject, SysSeconds now, const rules::SubjectMemo* memo);

}  // namespace sso::httpd
