#include "core/session/machines.hpp"

#include "core/crypto/seal.hpp"
#include "core/session/binary.hpp"
#include "core/session/records.hpp"

namespace sso::session {
namespace {

constexpr std::string_view kLabel = "machines";
constexpr std::uint32_t kMost = 10'000;  // machines in one list

// A record's name goes into its seal: none can be moved to another owner or machine. A logon and a host hold no '/'.
std::string list_name(std::string_view owner) {
    return "machines/" + std::string(owner);
}
std::string question_name(std::string_view owner, std::string_view request) {
    return "machine-asked/" + std::string(owner) + "/" + std::string(request);
}
std::string answer_name(std::string_view owner, std::string_view request) {
    return "machine-answered/" + std::string(owner) + "/" + std::string(request);
}
std::string withdrawal_name(std::string_view owner, std::string_view host) {
    return "machine-withdrawn/" + std::string(owner) + "/" + std::string(host);
}

void write(BinaryWriter& record, const Machine& machine) {
    record.text(machine.host);
    record.text(machine.operating_system);
    record.text(machine.address);
    record.time(machine.since);
    record.u32(machine.pending ? 1 : 0);
    record.text(machine.request);
}

std::optional<Machine> read(BinaryReader& record) {
    const auto host = record.text();
    const auto system = record.text();
    const auto address = record.text();
    const auto since = record.time();
    const auto pending = record.u32();
    const auto request = record.text();
    if (!host || !system || !address || !since || !pending || *pending > 1 || !request) return std::nullopt;
    return Machine{std::string(*host), std::string(*system), std::string(*address), *since,
                   *pending == 1,      std::string(*request)};
}

tl::unexpected<Error> damaged(const std::string& name) {
    return fail(ErrorCode::corrupt, "the record " + name + " is damaged, or sealed under another site's key");
}

}  // namespace

Machines::Machines(SessionStore& store, const config::SiteKey& key)
    : store_(store), key_(key.derive(kLabel)), previous_key_(key.derive_previous(kLabel)) {}

Status Machines::put(RecordKind kind, const std::string& name, std::string_view value,
                     std::optional<SysSeconds> expires) {
    return store_.put(kind, name, crypto::seal(key_, value, name), expires);
}

Result<std::optional<std::string>> Machines::open(const std::string& name, std::optional<std::string> record) const {
    if (!record) return std::nullopt;
    auto opened = crypto::open(key_, *record, name);
    if (!opened && previous_key_) opened = crypto::open(*previous_key_, *record, name);
    if (!opened) return damaged(name);
    return std::optional(std::move(*opened));
}

Result<std::optional<std::string>> Machines::get(RecordKind kind, const std::string& name, SysSeconds now) {
    auto record = store_.get(kind, name, now);
    if (!record) return error_of(record);
    return open(name, std::move(*record));
}

Status Machines::publish(std::string_view owner, const std::vector<Machine>& machines) {
    if (machines.empty()) return store_.erase(RecordKind::person, list_name(owner));
    BinaryWriter record;
    record.u32(static_cast<std::uint32_t>(machines.size()));
    for (const Machine& machine : machines) write(record, machine);
    return put(RecordKind::person, list_name(owner), record.written(), std::nullopt);
}

Status Machines::ask(std::string_view owner, const Machine& machine, SysSeconds expires) {
    BinaryWriter record;
    write(record, machine);
    return put(RecordKind::ticket, question_name(owner, machine.request), record.written(), expires);
}

Status Machines::forget(std::string_view owner, std::string_view request) {
    if (auto erased = store_.erase(RecordKind::ticket, question_name(owner, request)); !erased) return erased;
    return store_.erase(RecordKind::ticket, answer_name(owner, request));
}

Result<std::optional<MachineAnswer>> Machines::answer_of(std::string_view owner, std::string_view request,
                                                         SysSeconds now) {
    const auto record = get(RecordKind::ticket, answer_name(owner, request), now);
    if (!record) return error_of(record);
    if (!*record) return std::nullopt;
    return **record == "accepted" ? MachineAnswer::accepted : MachineAnswer::refused;
}

Result<bool> Machines::is_withdrawn(std::string_view owner, std::string_view host, SysSeconds since, SysSeconds now) {
    const std::string name = withdrawal_name(owner, host);
    const auto record = get(RecordKind::ticket, name, now);
    if (!record) return error_of(record);
    if (!*record) return false;
    const auto withdrawn = decode_time(**record);
    if (!withdrawn) return damaged(name);
    return *withdrawn >= since;
}

Status Machines::withdrawal_done(std::string_view owner, std::string_view host) {
    return store_.erase(RecordKind::ticket, withdrawal_name(owner, host));
}

Result<std::vector<Machine>> Machines::list(std::string_view owner, SysSeconds now) {
    const std::string name = list_name(owner);
    const auto record = get(RecordKind::person, name, now);
    if (!record) return error_of(record);
    std::vector<Machine> machines;
    if (!*record) return machines;
    BinaryReader reader(**record);
    const auto count = reader.u32();
    if (!count || *count > kMost) return damaged(name);
    for (std::uint32_t i = 0; i < *count; ++i) {
        auto machine = read(reader);
        if (!machine) return damaged(name);
        // what was answered or withdrawn is so from that moment, not from registration's next turn
        if (machine->pending) {
            const auto asked = store_.get(RecordKind::ticket, question_name(owner, machine->request), now);
            if (!asked) return error_of(asked);
            if (!*asked) continue;
        }
        const auto withdrawn = is_withdrawn(owner, machine->host, machine->since, now);
        if (!withdrawn) return error_of(withdrawn);
        if (!*withdrawn) machines.push_back(std::move(*machine));
    }
    if (!reader.at_end()) return damaged(name);
    return machines;
}

Status Machines::answer(std::string_view owner, std::string_view request, MachineAnswer answer, SysSeconds now) {
    const std::string name = question_name(owner, request);
    auto taken = store_.take(RecordKind::ticket, name, now);
    if (!taken) return error_of(taken);
    const auto question = open(name, std::move(*taken));
    if (!question) return error_of(question);
    if (!*question) return fail(ErrorCode::not_found, "nobody waits for an answer to " + name);
    return put(RecordKind::ticket, answer_name(owner, request),
               answer == MachineAnswer::accepted ? "accepted" : "refused", now + kKept);
}

Status Machines::withdraw(std::string_view owner, std::string_view host, SysSeconds now) {
    return put(RecordKind::ticket, withdrawal_name(owner, host), encode_time(now), now + kKept);
}

}  // namespace sso::session
