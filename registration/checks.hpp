// What a request must pass before anything is written: system, client and logon, the cheap and local questions first.
#pragma once

#include <optional>

#include "core/config/settings.hpp"
#include "registration/client_name.hpp"
#include "registration/outcome.hpp"
#include "registration/people.hpp"
#include "registration/request.hpp"

namespace sso::registration {

struct CheckedRequest {
    ClientName client;
    Logon owner;  ///< as the directory spells it
};

/// Whether nobody may own a machine under this logon: an administrator's name, or one that BackupPC takes for one.
/// @return `invalid` when BackupPC's configuration cannot be read
Result<bool> is_reserved_logon(const Logon& logon, const config::RegistrationSettings& settings);

/// @param seen  filled as far as the checks got: the client's name, for the audit
/// @return a refusal, or nothing and `checked` filled
std::optional<Outcome> check_request(const EnrolRequest& request, const SshConnection& connection,
                                     const config::RegistrationSettings& settings, const Resolver& resolver,
                                     const People& people, std::optional<CheckedRequest>& checked, std::string& seen);

}  // namespace sso::registration
