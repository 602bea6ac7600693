// What the handler asks of the portal when a program logs in with a name and a password, and the proof that it is the
// handler who asks: POST /basic of the portal.
#pragma once

#include <chrono>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/base/secret.hpp"
#include "core/config/rotating_key.hpp"
#include "core/http/form.hpp"
#include "core/session/session_store.hpp"

namespace sso::credentials {

struct BasicQuestion {
    std::string user;
    Secret password;
    std::string address;     ///< the client's: the portal counts guesses by it
    std::string user_agent;  ///< what the client calls itself
    std::string once;        ///< what makes the proof one of a kind; the asker leaves it empty
};

/// An HMAC over every field, the time and a random number, under a key derived from the site key ("basic"): who knows
/// no site key can neither ask nor change what was asked, and what was overheard is good for no other name, password or
/// client.
class BasicProof {
  public:
    /// How far the clocks of handler and portal may be apart, the way between them included.
    static constexpr std::chrono::seconds kWindow{15};

    explicit BasicProof(const config::SiteKey& site_key) : key_(site_key, "basic") {}

    /// The body, application/x-www-form-urlencoded.
    [[nodiscard]] Secret form(const BasicQuestion& question, SysSeconds now) const;
    /// @return `invalid` where a field is missing, `refused` where the proof does not fit, `expired` where the time
    /// does
    ///         not
    [[nodiscard]] Result<BasicQuestion> read(const http::Form& form, SysSeconds now) const;

  private:
    config::RotatingKey key_;
};

/// A proof is good once: the store remembers it for as long as its time lets it pass.
/// @param question  as it was read
/// @return `exists` where it was used before; `unavailable` where the store does not say
Status use_up(session::SessionStore& store, const BasicQuestion& question, SysSeconds now);

}  // namespace sso::credentials
