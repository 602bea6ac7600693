// What registration knows of each machine: one small text file a machine.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/result.hpp"

namespace sso::registration {

/// A machine's short name in BackupPC: 1 to 63 bytes of a-z, 0-9 and '-', none at the ends.
bool is_host_name(std::string_view text) noexcept;

enum class State {
    pending,    ///< waits for its owner's word
    declined,   ///< its owner said no; asked again when that is forgotten
    active,     ///< backed up
    disabled,   ///< its owner has left the directory: no backups until they are back
    withdrawn,  ///< its owner took it out: they alone may register it again
    revoked,    ///< an administrator took it out: nobody may register it
};
std::string_view name(State state) noexcept;
std::optional<State> find_state(std::string_view name) noexcept;

struct MachineRecord {
    std::string host;
    State state = State::pending;
    std::string logon;    ///< the owner, as the directory spells it
    std::string os;       ///< "linux"
    std::string alias;    ///< where BackupPC reaches it: a full name or an address
    std::string address;  ///< from where it asked last
    SysSeconds since;     ///< in this state
    std::string request;  ///< pending and declined: 32 hexadecimal digits that the owner's answer names

    [[nodiscard]] std::string text() const;
    /// @return `corrupt` for what `text` does not write
    static Result<MachineRecord> parse(std::string_view text);
    friend bool operator==(const MachineRecord&, const MachineRecord&) = default;
};

/// The folder `registry`. Callers hold registration's lock while they write.
class Registry {
  public:
    explicit Registry(std::string folder) : folder_(std::move(folder)) {}

    [[nodiscard]] Result<std::optional<MachineRecord>> find(std::string_view host) const;
    /// All machines, by name. @return `corrupt`, naming the file, when one cannot be read
    [[nodiscard]] Result<std::vector<MachineRecord>> list() const;
    [[nodiscard]] Status put(const MachineRecord& record) const;
    [[nodiscard]] Status erase(std::string_view host) const;

  private:
    [[nodiscard]] std::string path(std::string_view host) const { return folder_ + "/" + std::string(host); }
    std::string folder_;
};

}  // namespace sso::registration
