#include "registration/registry.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <utility>

#include "core/base/encoding.hpp"
#include "core/base/network.hpp"
#include "core/base/text.hpp"
#include "core/config/names.hpp"
#include "core/config/private_file.hpp"
#include "registration/files.hpp"
#include "registration/request.hpp"

namespace sso::registration {
namespace {

constexpr std::size_t kRecordBytes = 4096;
constexpr std::size_t kRequestDigits = 32;

constexpr std::array kStates{
    std::pair{State::pending, std::string_view("pending")},
    std::pair{State::declined, std::string_view("declined")},
    std::pair{State::active, std::string_view("active")},
    std::pair{State::disabled, std::string_view("disabled")},
    std::pair{State::withdrawn, std::string_view("withdrawn")},
    std::pair{State::revoked, std::string_view("revoked")},
};

bool is_alias(std::string_view text) {
    return Address::parse(text) || !config::check_host_name(text);
}

bool is_request(std::string_view text) {
    return text.empty() || (text.size() == kRequestDigits && hex_decode(text));
}

tl::unexpected<Error> damaged(const std::string& what) {
    return fail(ErrorCode::corrupt, "a machine's record: " + what);
}

}  // namespace

bool is_host_name(std::string_view text) noexcept {
    if (text.empty() || text.size() > 63 || text.front() == '-' || text.back() == '-') return false;
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

std::string_view name(State state) noexcept {
    return kStates[static_cast<std::size_t>(state)].second;
}

std::optional<State> find_state(std::string_view name) noexcept {
    for (const auto& [state, word] : kStates) {
        if (word == name) return state;
    }
    return std::nullopt;
}

std::string MachineRecord::text() const {
    return "host " + host + "\nstate " + std::string(name(state)) + "\nlogon " + logon + "\nos " + os + "\nalias " +
           alias + "\naddress " + address + "\nsince " + std::to_string(since.time_since_epoch().count()) +
           "\nrequest " + request + "\n";
}

Result<MachineRecord> MachineRecord::parse(std::string_view text) {
    MachineRecord record;
    std::string state, since;
    const std::array fields{
        std::pair{std::string_view("host"), &record.host},   std::pair{std::string_view("state"), &state},
        std::pair{std::string_view("logon"), &record.logon}, std::pair{std::string_view("os"), &record.os},
        std::pair{std::string_view("alias"), &record.alias}, std::pair{std::string_view("address"), &record.address},
        std::pair{std::string_view("since"), &since},        std::pair{std::string_view("request"), &record.request}};
    for (const auto& [name, value] : fields) {
        const auto end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        if (end == text.npos || !line.starts_with(name) || line.substr(name.size(), 1) != " ") {
            return damaged("no line " + std::string(name));
        }
        *value = line.substr(name.size() + 1);
        text.remove_prefix(end + 1);
    }
    if (!text.empty()) return damaged("more lines than there should be");
    const auto known = find_state(state);
    std::int64_t seconds = 0;
    const auto [_, problem] = std::from_chars(since.data(), since.data() + since.size(), seconds);
    const bool is_time = problem == std::errc{} && seconds >= 0 && std::to_string(seconds) == since;
    if (!is_host_name(record.host) || !known || !Logon::parse(record.logon) || !OperatingSystem::parse(record.os) ||
        !is_alias(record.alias) || !Address::parse(record.address) || !is_time || !is_request(record.request)) {
        return damaged("a line that is not as it is written");
    }
    record.state = *known;
    record.since = SysSeconds(std::chrono::seconds(seconds));
    return record;
}

Result<std::optional<MachineRecord>> Registry::find(std::string_view host) const {
    const auto text = config::read_file(path(host), kRecordBytes);
    if (!text && text.error().code == ErrorCode::not_found) return std::nullopt;
    if (!text) return fail(ErrorCode::corrupt, text.error().detail);
    auto record = MachineRecord::parse(*text);
    if (!record || record->host != host) {
        return fail(ErrorCode::corrupt, path(host) + ": " + (record ? "is of another host" : record.error().detail));
    }
    return std::optional(std::move(*record));
}

Result<std::vector<MachineRecord>> Registry::list() const {
    std::error_code problem;
    std::vector<MachineRecord> records;
    for (const auto& entry : std::filesystem::directory_iterator(folder_, problem)) {
        const std::string host = entry.path().filename().string();
        if (!is_host_name(host)) continue;  // what a crash left half written
        auto record = find(host);
        if (!record) return error_of(record);
        if (*record) records.push_back(std::move(**record));
    }
    if (problem) return fail(ErrorCode::full, printable(folder_) + ": " + problem.message());
    std::sort(records.begin(), records.end(), [](const auto& a, const auto& b) { return a.host < b.host; });
    return records;
}

Status Registry::put(const MachineRecord& record) const {
    return write_atomically(path(record.host), record.text());
}

Status Registry::erase(std::string_view host) const {
    return remove_file(path(host));
}

}  // namespace sso::registration
