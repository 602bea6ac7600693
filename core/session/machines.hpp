// A person's machines as the session store keeps them: what registration writes and the portal shows, and what the
// portal answers and registration carries out. Every record is sealed under a key derived from the site key, so that
// who can write to the store alone can neither accept a machine nor withdraw one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/config/site_key.hpp"
#include "core/session/session_store.hpp"

namespace sso::session {

/// One machine as its owner sees it.
struct Machine {
    std::string host;              ///< its name in BackupPC
    std::string operating_system;  ///< "linux"
    std::string address;           ///< from where it asked
    SysSeconds since;              ///< when it asked first (pending), or was registered
    bool pending = false;          ///< waits for its owner
    std::string request;           ///< of a pending one: what an answer must name
    friend bool operator==(const Machine&, const Machine&) = default;
};

enum class MachineAnswer { accepted, refused };

/// Both programs use it; each record has one writer, and what passes between them is taken once.
class Machines {
  public:
    /// The least time that an owner's answer and a withdrawal are kept for registration to find.
    static constexpr std::chrono::seconds kKept{std::chrono::hours{31 * 24}};

    /// `store` outlives this object.
    Machines(SessionStore& store, const config::SiteKey& key);

    // registration's side
    /// Replaces the list of the owner's machines.
    Status publish(std::string_view owner, const std::vector<Machine>& machines);
    /// Asks the owner: a ticket that one answer takes. Asking again for the same request is harmless.
    Status ask(std::string_view owner, const Machine& machine, SysSeconds expires);
    Status forget(std::string_view owner, std::string_view request);
    /// What the owner said; nothing as long as they said nothing.
    Result<std::optional<MachineAnswer>> answer_of(std::string_view owner, std::string_view request, SysSeconds now);
    /// Whether the owner has withdrawn the machine at or after `since`, when it was registered (last).
    Result<bool> is_withdrawn(std::string_view owner, std::string_view host, SysSeconds since, SysSeconds now);
    Status withdrawal_done(std::string_view owner, std::string_view host);

    // the portal's side
    /// @return `corrupt` when the record was not sealed under the site's key
    Result<std::vector<Machine>> list(std::string_view owner, SysSeconds now);
    /// @return `not_found` when nobody waits for it any more: answered already, or expired
    Status answer(std::string_view owner, std::string_view request, MachineAnswer answer, SysSeconds now);
    Status withdraw(std::string_view owner, std::string_view host, SysSeconds now);

  private:
    Status put(RecordKind kind, const std::string& name, std::string_view value, std::optional<SysSeconds> expires);
    Result<std::optional<std::string>> open(const std::string& name, std::optional<std::string> record) const;
    Result<std::optional<std::string>> get(RecordKind kind, const std::string& name, SysSeconds now);

    SessionStore& store_;
    Secret key_;
    std::optional<Secret> previous_key_;
};

}  // namespace sso::session
