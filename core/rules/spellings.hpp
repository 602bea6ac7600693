// The other ways in which an application may read a path that httpd has decoded and normalised. Where there are any,
// the rules are asked about each, and the strictest verdict holds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/rules/decision.hpp"
#include "core/rules/policy.hpp"

namespace sso::rules {

/// How the application behind may read on.
struct Reader {
    bool drops_parameters = false;  ///< a servlet container takes "/a;x/b" for "/a/b"
    bool decodes_again = false;     ///< the path may still hold escapes, because "%2F" was kept or nothing was decoded
    std::string_view raw = {};      ///< with `decodes_again`: the path as it was sent; empty: not known
};

/// The further spellings of `path`, each once; none for almost every path, and then nothing is allocated.
/// @return `invalid` when one of them is a path that no rule may be asked about
Result<std::vector<std::string>> further_spellings(std::string_view path, const Reader& reader);

/// The rules that hold for a request.
struct RulesInForce {
    const HostPolicy& host;
    const HostPolicy* place = nullptr;  ///< rules of httpd's own configuration, in the place of the host's; null: none
    const SubjectMemo* memo = nullptr;  ///< what the one of both that decides remembers of the subject; null: nothing

    /// Whose rules are asked.
    [[nodiscard]] const HostPolicy& deciding() const noexcept { return place == nullptr ? host : *place; }
};

/// Decides on `request.path` and on each further spelling of it.
/// @return the strictest decision; `invalid` as above
Result<Decision> decide_every_spelling(const RulesInForce& rules, RequestView request, SubjectView subject,
                                       SysSeconds now, const Reader& reader);

/// Decides on `request.path` alone: where every application reads it alike.
inline Decision decide_one_spelling(const RulesInForce& rules, const RequestView& request, SubjectView subject,
                                    SysSeconds now) {
    return rules.place == nullptr ? rules.host.decide(request, subject, now, rules.memo)
                                  : rules.host.decide_by(*rules.place, request, subject, now, rules.memo);
}

/// Whether `a` lets fewer requests in than `b`.
bool is_stricter(Verdict a, Verdict b) noexcept;

}  // namespace sso::rules
