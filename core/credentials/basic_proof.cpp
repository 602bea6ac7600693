#include "core/credentials/basic_proof.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "core/base/encoding.hpp"
#include "core/base/text.hpp"
#include "core/crypto/hash.hpp"
#include "core/crypto/random.hpp"
#include "core/http/url.hpp"

namespace sso::credentials {
namespace {

constexpr std::size_t kLongestUserAgent = 200;
constexpr std::size_t kOnceBytes = 16;
/// From when it may be read first until when it may be read last, by portals whose clocks differ as far as they may.
constexpr std::chrono::seconds kRemembered = 5 * BasicProof::kWindow;

struct Fields {
    std::string_view user, password, address, user_agent, time, once;
};

/// Each part behind its length, so that no two questions read alike.
Secret signed_text(const Fields& fields) {
    const std::array parts{fields.user, fields.password, fields.address, fields.user_agent, fields.time, fields.once};
    std::size_t size = 0;
    for (const std::string_view part : parts) size += part.size() + 24;
    std::string text;
    text.reserve(size);  // no copy of the password is left behind
    for (const std::string_view part : parts) text.append(std::to_string(part.size())).append(1, ':').append(part);
    return Secret(std::move(text));
}

}  // namespace

Secret BasicProof::form(const BasicQuestion& question, SysSeconds now) const {
    const std::string time = std::to_string(now.time_since_epoch().count());
    const std::string user_agent = printable(question.user_agent, kLongestUserAgent);
    const std::string once = hex_encode(crypto::random_bytes(kOnceBytes));
    const Fields fields{question.user, question.password.reveal(), question.address, user_agent, time, once};
    const std::string proof = key_.sign(signed_text(fields).reveal());
    const Secret password(http::percent_encode(fields.password));
    std::string form;
    form.reserve(1024 + 3 * question.user.size() + password.size());
    form.append("user=").append(http::percent_encode(fields.user));
    form.append("&address=").append(http::percent_encode(fields.address));
    form.append("&user_agent=").append(http::percent_encode(fields.user_agent));
    form.append("&time=").append(time).append("&once=").append(once).append("&proof=").append(proof);
    form.append("&password=").append(password.reveal());
    return Secret(std::move(form));
}

Result<BasicQuestion> BasicProof::read(const http::Form& form, SysSeconds now) const {
    const auto field = [&](std::string_view name) {
        const std::string* value = form.find(name);
        return value == nullptr ? std::string_view() : std::string_view(*value);
    };
    const Fields fields{field("user"),       field("password"), field("address"),
                        field("user_agent"), field("time"),     field("once")};
    for (const std::string_view needed : {fields.user, fields.password, fields.address, fields.time, fields.once}) {
        if (needed.empty()) return fail(ErrorCode::invalid, "a field is missing");
    }
    if (!key_.verifies(signed_text(fields).reveal(), field("proof"))) {
        return fail(ErrorCode::refused,
                    "the proof does not fit: it was made with another site key, or by somebody else");
    }
    std::int64_t seconds = 0;  // the proof is right, so one of us wrote this number
    std::from_chars(fields.time.data(), fields.time.data() + fields.time.size(), seconds);
    const auto age = now - SysSeconds(std::chrono::seconds(seconds));
    if (age > kWindow || age < -kWindow) {
        return fail(ErrorCode::expired, "the proof is of " + std::to_string(age.count()) +
                                            " seconds ago; the clocks of the handler's host and the portal's differ");
    }
    return BasicQuestion{std::string(fields.user), Secret(std::string(fields.password)), std::string(fields.address),
                         std::string(fields.user_agent), std::string(fields.once)};
}

// Known by what is signed: the text of the proof itself could be spelt in several ways.
Status use_up(session::SessionStore& store, const BasicQuestion& question, SysSeconds now) {
    const std::string key = "basic:" + hex_encode(crypto::bytes(crypto::sha256({"once", question.once})));
    const auto times = store.increment(key, kRemembered, now);
    if (!times) return fail(ErrorCode::unavailable, times.error().detail);
    if (*times > 1) return fail(ErrorCode::exists, "the proof was used before: whoever sends it has overheard it");
    return {};
}

}  // namespace sso::credentials
