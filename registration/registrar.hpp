// The office of registration: what is kept of machines in four places (registry, key pairs, BackupPC's hosts file,
// BackupPC's files of hosts), changed together, under one lock, in an order in which every beginning is harmless and is
// completed by doing it again.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"
#include "core/config/settings.hpp"
#include "core/session/machines.hpp"
#include "core/session/session_store.hpp"
#include "registration/client_name.hpp"
#include "registration/files.hpp"
#include "registration/host_config.hpp"
#include "registration/key_pair.hpp"
#include "registration/outcome.hpp"
#include "registration/registry.hpp"
#include "registration/request.hpp"

namespace sso::registration {

class Registrar {
  public:
    /// Checks the state folder (`invalid` unless it is the account's own and closed to others) and makes what is
    /// missing in it.
    /// @param settings  outlive this object
    static Result<Registrar> open(const config::Settings& settings);

    [[nodiscard]] const config::RegistrationSettings& settings() const noexcept { return settings_->registration; }
    [[nodiscard]] const Registry& registry() const noexcept { return registry_; }
    [[nodiscard]] const KeyPairs& keys() const noexcept { return keys_; }
    [[nodiscard]] const HostConfigs& host_configs() const noexcept { return host_configs_; }

    /// Everything that writes below holds this. @return `limit` after ten seconds
    [[nodiscard]] Result<FileLock> lock() const;

    /// A request that has passed all checks of its form, its client and its logon. Takes the lock itself.
    [[nodiscard]] Outcome enrol(const OperatingSystem& os, const Logon& owner, const ClientName& client,
                                const Address& address, SysSeconds now);

    /// What `enrol` would refuse without asking the machine's owner; nothing when it would go on. Changes nothing.
    [[nodiscard]] std::optional<Outcome> examine(const Logon& owner, const ClientName& client) const;
    /// Whether a new machine at this address waits for its owner.
    [[nodiscard]] bool must_confirm(const Address& address) const;

    /// Brings the machine to `record`'s state in all four places: active and disabled ones are written, others taken
    /// out (the private key destroyed). @pre the lock is held
    [[nodiscard]] Status settle(const MachineRecord& record);
    /// Forgets the machine everywhere, its name included. @pre the lock is held
    [[nodiscard]] Status forget(const MachineRecord& record);

    /// What the portal shows of the owner's machines. @return the store's errors
    [[nodiscard]] Status publish(std::string_view owner);
    /// The records that the portal and we share. @return `unavailable` or `refused` when store or site key cannot be
    /// had
    [[nodiscard]] Result<session::Machines*> machines();

  private:
    explicit Registrar(const config::Settings& settings);

    struct Standing;
    [[nodiscard]] Result<Standing> look_up(std::string_view host) const;
    [[nodiscard]] std::optional<Outcome> refusal(const Standing& standing, const Logon& owner,
                                                 const ClientName& client) const;
    [[nodiscard]] std::optional<Outcome> ask_owner(const std::optional<MachineRecord>& known, MachineRecord& wanted,
                                                   SysSeconds now);
    [[nodiscard]] Outcome registered(const MachineRecord& record);

    const config::Settings* settings_;
    Registry registry_;
    KeyPairs keys_;
    HostConfigs host_configs_;
    std::unique_ptr<session::SessionStore> store_;
    std::unique_ptr<session::Machines> machines_;
};

}  // namespace sso::registration
