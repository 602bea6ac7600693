// The request's headers on their way to the application: which names are ours alone, and taking them, and the session
// cookie, out of what a client sent.
#pragma once

#include <bitset>
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

  private:
    std::vector<std::string> names_;
    std::bitset<256> lengths_;  ///< which lengths occur: folding keeps the length, so most headers stop here
};

/// Removes every header of `table` that is equivalent to one of ours, however often it stands there.
void remove_identity(apr_table_t* table, const IdentityNames& names);

/// Takes our names out of the headers that name headers to be dropped on the way (Connection and its like): mod_proxy
/// would drop our own.
void remove_from_connection(request_rec* r, const IdentityNames& names);

/// The Cookie header loses the session cookie; the header goes when nothing else is in it.
void cut_cookie(apr_table_t* headers, apr_pool_t* pool, std::string_view cookie_name);

/// `value` without the bytes that end or break a header, living as long as `pool`.
const char* header_safe(apr_pool_t* pool, std::string_view value);

/// Sets each of `values` in `headers`, in place of what stood there under the same name.
void set_all(apr_table_t* headers, const apr_table_t* values);

/// Evaluates the virtual host's headers for `subject` and sets them; one that fails is logged and not sent.
/// @param memo  of `host` and `subject`, or null
/// @return what was set
const apr_table_t* set_identity(request_rec* r, const rules::HostPolicy& host, const rules::RequestView& request,
                                const Attributes& subject, SysSeconds now, const rules::SubjectMemo* memo);

}  // namespace sso::httpd
