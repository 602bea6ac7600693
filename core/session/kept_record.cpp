#include "core/session/kept_record.hpp"

#include <array>
#include <utility>

#include "core/base/secret.hpp"
#include "core/session/binary.hpp"

namespace sso::session {
namespace {

constexpr std::string_view kMagic = "SSOk1";  // the last character is the layout's version
/// Nanoseconds since the host was started: nine years, so that no sum of times overflows.
constexpr std::uint64_t kLatestAsked = std::uint64_t{1} << 58U;
constexpr std::size_t kHead = kMagic.size() + sizeof(std::uint32_t) + sizeof(std::uint64_t);

/// The board's identity, folded to 128 bits, which with the cookie make one block of SHA-256: random as it is, it stays
/// as hard to guess as AES is to break by other means.
Secret key_of(const KeptRecord::Home& home, const SessionCookie& cookie) {
    const auto identity = home.board.identity();
    std::array<std::uint64_t, 2> folded{identity[0] ^ identity[2], identity[1] ^ identity[3]};
    Secret key = cookie.key_with({reinterpret_cast<const char*>(folded.data()), sizeof folded});
    wipe(folded.data(), sizeof folded);
    return key;
}

/// What the seal binds the contents to.
std::string context_of(const KeptRecord::Home& home, std::string_view head) {
    BinaryWriter context(kHead + sizeof home.store_mark + SessionId::kSize);
    context.bytes(head);
    context.u64(home.store_mark);
    context.bytes(home.id.bytes());
    return std::move(context).take();
}

}  // namespace

std::string KeptRecord::seal(const Home& home, const SessionCookie& cookie, const Facts& facts,
                             const KeptSession& session) {
    BinaryWriter head(kHead);
    head.bytes(kMagic);
    head.u32(facts.epoch);
    head.u64(static_cast<std::uint64_t>(facts.asked.time_since_epoch().count()));
    BinaryWriter plain;
    plain.time(facts.created);
    plain.time(facts.last_seen);
    session.write(plain);
    const Secret text(std::move(plain).take());
    std::string record = std::move(head).take();
    record += crypto::seal(key_of(home, cookie), text.reveal(), context_of(home, record));
    return record;
}

std::optional<KeptRecord> KeptRecord::read(std::string_view bytes) noexcept {
    BinaryReader reader(bytes);
    const auto magic = reader.bytes(kMagic.size());
    const auto epoch = reader.u32();
    const auto asked = reader.u64();
    if (!magic || *magic != kMagic || !epoch || !asked || *asked > kLatestAsked) return std::nullopt;
    KeptRecord record;
    record.epoch_ = *epoch;
    record.asked_ = Steady(Steady::duration(static_cast<Steady::rep>(*asked)));
    record.head_ = bytes.substr(0, kHead);
    record.sealed_ = reader.rest();
    return record;
}

std::optional<KeptRecord::Contents> KeptRecord::open(const Home& home, const SessionCookie& cookie, NameLists& names,
                                                     crypto::Opener& opener) const {
    auto opened = opener.open(key_of(home, cookie), sealed_, context_of(home, head_));
    if (!opened) return std::nullopt;
    const Secret plain(std::move(*opened));
    BinaryReader reader(plain.reveal());
    const auto created = reader.time();
    const auto last_seen = reader.time();
    if (!created || !last_seen) return std::nullopt;
    auto session = KeptSession::read(home.id, reader, names);
    if (!session || !reader.at_end()) return std::nullopt;
    return Contents{*created, *last_seen, *std::move(session)};
}

}  // namespace sso::session
