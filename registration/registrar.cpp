#include "registration/registrar.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/config/site_key.hpp"
#include "core/crypto/random.hpp"
#include "core/http/url.hpp"
#include "registration/hosts_file.hpp"

namespace sso::registration {
namespace {

constexpr std::chrono::seconds kLockPatience{10};
constexpr std::size_t kRequestBytesOfId = 16;
constexpr std::chrono::seconds kStoreTimeout{5};

bool is_live(State state) noexcept {
    return state == State::active || state == State::disabled;
}
/// A state in which the machine's name belongs to its owner alone.
bool is_held(State state) noexcept {
    return is_live(state) || state == State::withdrawn;
}

}  // namespace

/// What is known of a host before anything is changed.
struct Registrar::Standing {
    std::optional<MachineRecord> record;
    std::optional<HostLine> line;
};

Registrar::Registrar(const config::Settings& settings)
    : settings_(&settings),
      registry_(settings.registration.state_folder + "/registry"),
      keys_(settings.registration.state_folder + "/keys"),
      host_configs_(settings.registration.backuppc_folder) {}

Result<Registrar> Registrar::open(const config::Settings& settings) {
    const std::string& folder = settings.registration.state_folder;
    const auto good = check_folder(folder, ::geteuid());
    if (!good) return fail(ErrorCode::invalid, good.error().detail);
    // ssh's options are split at blanks, and a Perl text ends at a quote
    const bool plain = std::all_of(folder.begin(), folder.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("/._-").find(c) != std::string_view::npos;
    });
    if (!plain)
        return fail(ErrorCode::invalid, "registration.state_folder: write letters, digits, '/', '.', '_' and '-'");
    for (const char* name : {"/registry", "/keys", "/rate"}) {
        if (const auto made = make_folder(folder + name); !made) return error_of(made);
        if (const auto sound = check_folder(folder + name, ::geteuid()); !sound) return error_of(sound);
    }
    return Registrar(settings);
}

Result<FileLock> Registrar::lock() const {
    return FileLock::take(settings().state_folder + "/lock", kLockPatience);
}

Result<session::Machines*> Registrar::machines() {
    if (machines_) return machines_.get();
    const auto key = config::SiteKey::read(settings_->security.key_file);
    if (!key) return fail(ErrorCode::unavailable, key.error().detail);
    auto options = session::store_options(settings_->session, nullptr);
    options.timeout = kStoreTimeout;
    auto store = session::open_store(settings_->session.store, options);
    if (!store) return fail(ErrorCode::unavailable, store.error().detail);
    store_ = std::move(*store);
    machines_ = std::make_unique<session::Machines>(*store_, *key);
    return machines_.get();
}

Status Registrar::publish(std::string_view owner) {
    const auto shared = machines();
    if (!shared) return error_of(shared);
    const auto records = registry_.list();
    if (!records) return error_of(records);
    std::vector<session::Machine> list;
    for (const MachineRecord& record : *records) {
        if (record.logon != owner || (!is_live(record.state) && record.state != State::pending)) continue;
        list.push_back(
            {record.host, record.os, record.address, record.since, record.state == State::pending, record.request});
    }
    return (*shared)->publish(owner, list);
}

Result<Registrar::Standing> Registrar::look_up(std::string_view host) const {
    auto record = registry_.find(host);
    if (!record) return error_of(record);
    const auto hosts = load_hosts(settings().backuppc_folder);
    if (!hosts) return error_of(hosts);
    auto line = find_host(*hosts, host);
    if (!line) return error_of(line);
    return Standing{std::move(*record), std::move(*line)};
}

std::optional<Outcome> Registrar::refusal(const Standing& standing, const Logon& owner,
                                          const ClientName& client) const {
    const auto& record = standing.record;
    if (record && record->state == State::revoked) return refuse(Code::taken, "revoked");
    if (record && is_held(record->state) && record->logon != owner.text()) {
        return refuse(Code::taken, "belongs to " + record->logon);
    }
    // two machines of different domains may bear the same short name
    if (record && is_held(record->state) && !Address::parse(record->alias) && !Address::parse(client.alias) &&
        record->alias != client.alias) {
        return refuse(Code::taken, "is registered as " + record->alias);
    }
    if (standing.line && standing.line->user != owner.text() && (!record || !is_live(record->state))) {
        return refuse(Code::taken, "BackupPC's hosts file has it for " + standing.line->user);
    }
    if (const auto ours = host_configs_.check_ours(client.host); !ours) {
        return refuse(ours.error().code == ErrorCode::exists ? Code::host_unknown : Code::storage, ours.error().detail);
    }
    if (record && is_live(record->state)) return std::nullopt;
    const auto all = registry_.list();
    if (!all) return refuse(all.error());
    const auto owned = std::count_if(all->begin(), all->end(), [&](const MachineRecord& other) {
        return other.logon == owner.text() && is_live(other.state);
    });
    if (settings().hosts_per_logon != 0 && owned >= settings().hosts_per_logon) {
        return refuse(Code::taken, "the owner has as many machines as registration.hosts_per_logon allows");
    }
    return std::nullopt;
}

std::optional<Outcome> Registrar::examine(const Logon& owner, const ClientName& client) const {
    const auto standing = look_up(client.host);
    if (!standing) return refuse(standing.error());
    return refusal(*standing, owner, client);
}

bool Registrar::must_confirm(const Address& address) const {
    return std::any_of(settings().confirm.begin(), settings().confirm.end(), [&](const std::string& text) {
        const auto network = Network::parse(text);
        return network && network->contains(address);
    });
}

/// The owner's word on a machine that must have it: nothing once they have accepted.
std::optional<Outcome> Registrar::ask_owner(const std::optional<MachineRecord>& known, MachineRecord& wanted,
                                            SysSeconds now) {
    const auto shared = machines();
    if (!shared) return refuse(shared.error(), Code::unavailable);
    const bool waits = known && (known->state == State::pending || known->state == State::declined) &&
                       known->since + settings().pending_lifetime > now;
    const bool same = waits && known->logon == wanted.logon;
    if (same && known->state == State::declined) return refuse(Code::taken, "its owner has declined it");
    wanted.state = State::pending;
    wanted.request = same ? known->request : hex_encode(crypto::random_bytes(kRequestBytesOfId));
    wanted.since = same ? known->since : now;
    if (same) {
        const auto answer = (*shared)->answer_of(wanted.logon, wanted.request, now);
        if (!answer) return refuse(answer.error());
        if (*answer == session::MachineAnswer::accepted) return std::nullopt;
        if (*answer == session::MachineAnswer::refused) {
            wanted.state = State::declined;
            wanted.since = now;
            if (const auto kept = registry_.put(wanted); !kept) return refuse(kept.error());
            static_cast<void>(publish(wanted.logon));  // the portal leaves it out already
            return refuse(Code::taken, "its owner has declined it");
        }
    }
    if (waits && !same) {  // the person at the machine has mistyped the logon before
        if (const auto gone = (*shared)->forget(known->logon, known->request); !gone) return refuse(gone.error());
    }
    if (const auto kept = registry_.put(wanted); !kept) return refuse(kept.error());
    if (waits && !same) static_cast<void>(publish(known->logon));
    const session::Machine question{wanted.host, wanted.os, wanted.address, wanted.since, true, wanted.request};
    const SysSeconds expires = wanted.since + settings().pending_lifetime;
    if (const auto asked = (*shared)->ask(wanted.logon, question, expires); !asked) return refuse(asked.error());
    if (const auto shown = publish(wanted.logon); !shown) return refuse(shown.error());
    return refuse(Code::pending, "waits for " + wanted.logon);
}

Outcome Registrar::registered(const MachineRecord& record) {
    const auto key = keys_.find(record.host);
    if (!key) return refuse(key.error(), Code::storage);
    if (key->find("PRIVATE") != key->npos) return refuse(Code::internal, "a public key that is none");
    Outcome outcome;
    outcome.code = Code::success;
    outcome.key = *key;
    outcome.url = settings().url->text() + "?host=" + http::percent_encode(record.host);
    if (const auto shown = publish(record.logon); !shown) outcome.detail = "not shown: " + shown.error().detail;
    return outcome;
}

Outcome Registrar::enrol(const OperatingSystem& os, const Logon& owner, const ClientName& client,
                         const Address& address, SysSeconds now) {
    if (!settings().url) return refuse(Code::config, "registration.url is not set");
    const auto held = lock();
    if (!held) return refuse(held.error());
    keys_.tidy();
    const auto standing = look_up(client.host);
    if (!standing) return refuse(standing.error());
    if (auto refused = refusal(*standing, owner, client)) return std::move(*refused);

    const auto& known = standing->record;
    MachineRecord wanted{client.host, State::active, owner.text(), os.text(), client.alias, address.text(), now, {}};
    const bool again = known && is_live(known->state);
    if (again) wanted.since = known->since;
    if (!again && must_confirm(address)) {
        if (auto waiting = ask_owner(known, wanted, now)) return std::move(*waiting);
        const std::string request = std::exchange(wanted.request, std::string());
        wanted.state = State::active;
        wanted.since = now;
        if (const auto settled = settle(wanted); !settled) return refuse(settled.error());
        static_cast<void>((*machines())->forget(wanted.logon, request));  // it expires as well
        return registered(wanted);
    }
    if (const auto settled = settle(wanted); !settled) return refuse(settled.error());
    return registered(wanted);
}

// The order is that of the reference: key pair, HOST.pl, hosts line, registry. A hosts line before HOST.pl would have
// BackupPC log in to the machine by its defaults, as root. Taking out goes the other way.
Status Registrar::settle(const MachineRecord& record) {
    if (is_live(record.state)) {
        if (const auto key = keys_.ensure(record.host, settings().key_type); !key) return error_of(key);
        if (const auto written = host_configs_.write(record, settings(), keys_); !written) return written;
        const auto listed = edit_hosts(settings().backuppc_folder, [&](std::string_view text) {
            return with_host(text, record.host, record.logon);
        });
        if (!listed) return listed;
        return registry_.put(record);
    }
    // the record first: what is not active any more is taken out the rest of the way by `check --repair`
    if (const auto kept = registry_.put(record); !kept) return kept;
    const auto unlisted =
        edit_hosts(settings().backuppc_folder, [&](std::string_view text) { return without_host(text, record.host); });
    if (!unlisted) return unlisted;
    if (const auto gone = host_configs_.remove(record.host); !gone && gone.error().code != ErrorCode::exists)
        return gone;
    return keys_.destroy(record.host);
}

Status Registrar::forget(const MachineRecord& record) {
    MachineRecord out = record;
    out.state = State::withdrawn;
    if (const auto settled = settle(out); !settled) return settled;
    return registry_.erase(record.host);
}

}  // namespace sso::registration
