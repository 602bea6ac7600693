#include "core/config/version_record.hpp"

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/base/time_text.hpp"
#include "core/crypto/hash.hpp"

namespace sso::config {
namespace {

using Json = nlohmann::ordered_json;

/// "#~ ", the digest in hexadecimal digits, a blank, a JSON object, a line break.
constexpr std::string_view kNoteStart = "#~ ";
constexpr std::size_t kDigestLength = 64;
constexpr std::size_t kIdDigits = 8;

struct Note {
    std::string_view digest, json;
};

std::string digest_of(std::string_view text, std::string_view json) {
    return hex_encode(crypto::bytes(crypto::sha256({text, json})));
}

/// The last line of `record`, its line break left out; nothing when the record does not end in one.
std::optional<std::string_view> last_line(std::string_view record) {
    if (!record.ends_with('\n')) return std::nullopt;
    record.remove_suffix(1);
    const auto before = record.rfind('\n');
    return before == record.npos ? record : record.substr(before + 1);
}

std::optional<Note> find_note(std::string_view record) {
    const auto line = last_line(record);
    if (!line || !line->starts_with(kNoteStart) || line->size() > kNoteLimit) return std::nullopt;
    const std::string_view digest = line->substr(kNoteStart.size(), kDigestLength);
    const auto json_at = kNoteStart.size() + kDigestLength + 1;
    const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (line->size() <= json_at || (*line)[json_at - 1] != ' ') return std::nullopt;
    if (!std::all_of(digest.begin(), digest.end(), is_digit)) return std::nullopt;
    return Note{digest, line->substr(json_at)};
}

tl::unexpected<Error> corrupt(std::uint64_t number, std::string_view what) {
    return fail(ErrorCode::corrupt, "version " + std::to_string(number) + " is damaged: " + std::string(what));
}

Status check_line(std::string_view what, std::string_view text, std::size_t most) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
    if (text.size() > most) {
        return fail(ErrorCode::invalid, std::string(what) + ": longer than " + std::to_string(most) + " bytes");
    }
    if (!is_utf8(text) || std::any_of(text.begin(), text.end(), is_control)) {
        return fail(ErrorCode::invalid, std::string(what) + ": write one line of plain text");
    }
    return {};
}

Result<VersionInfo> read_note(std::uint64_t number, const Note& note) {
    const Json json = Json::parse(note.json, nullptr, false);
    const auto text = [&](const char* key) -> const std::string* {
        const auto found = json.find(key);
        return found == json.end() ? nullptr : found->get_ptr<const std::string*>();
    };
    if (!json.is_object()) return corrupt(number, "its last line is not JSON");
    const auto stored = json.find("version");
    const std::string* author = text("author");
    const std::string* date = text("date");
    const std::string* message = text("message");
    if (stored == json.end() || !stored->is_number_unsigned() || author == nullptr || date == nullptr ||
        message == nullptr) {
        return corrupt(number, "its last line does not say who published it and when");
    }
    if (stored->get<std::uint64_t>() != number) return corrupt(number, "it is another version");
    const auto time = parse_time_text(*date);
    if (!time) return corrupt(number, "its date is none");
    return VersionInfo{number, *author, *time, *message};
}

}  // namespace

Result<SysSeconds> parse_time_text(std::string_view text) {
    std::tm parts{};
    const std::string copy(text);
    const char* rest = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    const SysSeconds time{std::chrono::seconds(::timegm(&parts))};
    if (rest == nullptr || time_text(time) != text) {
        return fail(ErrorCode::invalid, "'" + printable(text, 40) + "' is no time, as 2026-01-31T12:00:00Z is");
    }
    return time;
}

Result<std::string> encode_version(std::uint64_t number, const Draft& draft) {
    if (auto status = check_line("author", draft.author, kMostAuthor); !status) return error_of(status);
    if (auto status = check_line("message", draft.message, kMostMessage); !status) return error_of(status);
    std::string record = draft.text;
    while (find_note(record)) record.resize(record.size() - last_line(record)->size() - 1);
    if (record.empty() || !record.ends_with('\n')) record += '\n';
    if (record.size() > kTextLimit) {
        return fail(ErrorCode::invalid, "the configuration is longer than " + std::to_string(kTextLimit) + " bytes");
    }
    const Json json{
        {"version", number}, {"author", draft.author}, {"date", time_text(draft.date)}, {"message", draft.message}};
    const std::string note = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    const std::string digest = digest_of(record, note);
    return record.append(kNoteStart).append(digest).append(1, ' ').append(note).append(1, '\n');
}

Result<Version> decode_version(std::uint64_t number, std::string_view record) {
    if (record.size() > kRecordLimit) return corrupt(number, "it is too long");
    const auto note = find_note(record);
    if (!note) return corrupt(number, "its last line is missing");
    const std::string_view text = record.substr(0, record.size() - last_line(record)->size() - 1);
    if (digest_of(text, note->json) != note->digest) return corrupt(number, "its digest is not the one of its text");
    auto info = read_note(number, *note);
    if (!info) return error_of(info);
    return Version{std::move(*info), std::string(text), version_id(number, record)};
}

Result<VersionInfo> decode_version_note(std::uint64_t number, std::string_view end) {
    const auto note = find_note(end);
    if (!note) return corrupt(number, "its last line is missing");
    return read_note(number, *note);
}

std::string version_id(std::uint64_t number, std::string_view record) {
    const auto note = find_note(record);
    return std::to_string(number) + "-" + std::string(note ? note->digest.substr(0, kIdDigits) : "");
}

}  // namespace sso::config
