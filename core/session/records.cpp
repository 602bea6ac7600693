#include "core/session/records.hpp"

#include "core/crypto/hash.hpp"
#include "core/session/binary.hpp"

namespace sso::session {
namespace {

constexpr std::size_t kDigest = 16;

std::string digest_of(std::string_view hashed_key, std::string_view body) {
    return std::string(crypto::bytes(crypto::sha256({"kept", hashed_key, body})).substr(0, kDigest));
}

}  // namespace

std::string hashed_key(std::string_view purpose, std::string_view key) {
    return std::string(crypto::bytes(crypto::sha256({purpose, std::string_view("\0", 1), key})));
}

std::string hashed_key(RecordKind kind, std::string_view key) {
    return hashed_key(kind == RecordKind::person ? "person" : "ticket", key);
}

std::string encode_time(SysSeconds time) {
    BinaryWriter record;
    record.time(time);
    return std::move(record).take();
}

std::optional<SysSeconds> decode_time(std::string_view record) {
    BinaryReader reader(record);
    const auto time = reader.time();
    return reader.at_end() ? time : std::nullopt;
}

std::string KeptValue::encode(std::string_view hashed_key) const {
    BinaryWriter record;
    record.u32(expires ? 1 : 0);
    record.time(expires.value_or(SysSeconds()));
    record.bytes(value);
    record.bytes(digest_of(hashed_key, record.written()));
    return std::move(record).take();
}

std::optional<KeptValue> KeptValue::decode(std::string_view hashed_key, std::string_view record) {
    if (record.size() < kDigest) return std::nullopt;
    const std::string_view body = record.substr(0, record.size() - kDigest);
    if (digest_of(hashed_key, body) != record.substr(body.size())) return std::nullopt;
    BinaryReader reader(body);
    const auto ends = reader.u32();
    const auto expires = reader.time();
    if (!ends || *ends > 1 || !expires) return std::nullopt;
    return KeptValue{*ends == 1 ? expires : std::nullopt, reader.rest()};
}

bool KeptValue::is_over(std::string_view head, SysSeconds now) noexcept {
    BinaryReader reader(head);
    const auto ends = reader.u32();
    const auto expires = reader.time();
    return ends && *ends == 1 && expires && reader.at_end() && now >= *expires;
}

std::string Counter::encode() const {
    BinaryWriter record;
    record.u64(count);
    record.time(ends);
    return std::move(record).take();
}

std::optional<Counter> Counter::decode(std::string_view record) {
    BinaryReader reader(record);
    const auto count = reader.u64();
    const auto ends = reader.time();
    if (!count || !ends || !reader.at_end()) return std::nullopt;
    return Counter{*count, *ends};
}

}  // namespace sso::session
