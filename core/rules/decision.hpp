// A decision as a value: what shall happen to a request, which rule said so, and on demand why (RFC 2753: this room is
// the decision point; programs enforce).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/expr/program.hpp"
#include "core/rules/subject_view.hpp"

namespace sso::rules {

/// What an expression seals a text for: `encrypt` or `token`.
enum class Sealing { text, token };

/// A request as rules see it. Views live as long as the decision is being made.
struct RequestView {
    std::string_view method;
    std::string_view path;     ///< decoded and canonical
    bool is_ordinary = false;  ///< the path is known to be one: http::is_ordinary_path
    std::string_view query;    ///< raw, without '?'
    std::string_view host;     ///< the Host header's name
    std::string_view address;  ///< the client's
    /// `$ENV{NAME}`, all of it, then what stands above need not be filled in but for the path; null: that is all. It
    /// gives what `expr::Environment::request` does.
    std::string_view (*variable)(const void* context, const expr::RequestName& name) = nullptr;
    const void* context = nullptr;
    /// What `encrypt` and `token` give; called with `context`. Null: they are not offered.
    Result<std::string> (*seal)(const void* context, std::string_view clear, Sealing how) = nullptr;
};

enum class Verdict {
    allow,         ///< serve it, with identity headers
    deny,          ///< 403
    authenticate,  ///< nobody is known, and the rule asks for somebody
    step_up,       ///< somebody is known, who must log in again with something stronger
    unprotected,   ///< serve it to anybody; identity headers if somebody is known
    skip,          ///< serve it as if the handler were not there; no identity
    logout,        ///< end what the decision's `logout` says, then go on to its target
    maintenance,   ///< the virtual host is not to be used now (503), whoever asks
    fail,          ///< we could not find out (500, logged)
};
std::string_view name(Verdict verdict) noexcept;

enum class LogoutKind {
    sso,      ///< the session ends
    app,      ///< the application runs, and its answer is not shown
    app_sso,  ///< both
};

/// What a logout rule does.
struct Logout {
    LogoutKind kind = LogoutKind::sso;
    std::string target;  ///< where the browser goes then, an absolute address; empty: to the portal
};

struct TriedRule {
    std::string match;  ///< "default" for the last
    bool matched = false;
    std::vector<expr::TraceStep> steps;  ///< of the rule that applied
};

struct Decision {
    Verdict verdict = Verdict::fail;
    int rule = -1;                   ///< index of the rule that applied; -1: the default
    std::string_view rule_source;    ///< its pattern, or "default"; lives as long as the Policy
    std::optional<Error> error;      ///< with `fail`, or a denial because evaluation hit a bound
    int level = 0;                   ///< with `step_up`: the authentication level that the rule asks for
    const Logout* logout = nullptr;  ///< with `logout`; lives as long as the Policy
};

/// `authenticationLevel` of a session; 0 if it has none that is a number. Allocates nothing.
int authentication_level(SubjectView subject) noexcept;

/// The highest level that may be asked for.
inline constexpr int kHighestAskedLevel = 99;
/// A level as a directive or an address asks for it: a whole number from 0 to `kHighestAskedLevel`, in digits alone.
/// Nothing for any other text.
std::optional<int> parse_asked_level(std::string_view text) noexcept;

}  // namespace sso::rules
