#include "core/credentials/basic_proof.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "core/base/text.hpp"
#include "core/http/url.hpp"

namespace sso::credentials {
namespace {

constexpr std::size_t kLongestUserAgent = 200;

struct Fields {
    std::string_view user, password, address, user_agent, time;
};

/// Each part behind its length, so that no two questions read alike.
Secret signed_text(const Fields& fields) {
    const std::array parts{fields.user, fields.password, fields.address, fields.user_agent, fields.time};
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
    const Fields fields{question.user, question.password.reveal(), question.address, user_agent, time};
    const std::string proof = key_.sign(signed_text(fields).reveal());
    const Secret password(http::percent_encode(fields.password));
    std::string form;
    form.reserve(1024 + 3 * question.user.size() + password.size());
    form.append("user=").append(http::percent_encode(fields.user));
    form.append("&address=").append(http::percent_encode(fields.address));
    form.append("&user_agent=").append(http::percent_encode(fields.user_agent));
    form.append("&time=").append(time).append("&proof=").append(proof);
    form.append("&password=").append(password.reveal());
    return Secret(std::move(form));
}

Result<BasicQuestion> BasicProof::read(const http::Form& form, SysSeconds now) const {
    const auto field = [&](std::string_view name) {
        const std::string* value = form.find(name);
        return value == nullptr ? std::string_view() : std::string_view(*value);
    };
    const Fields fields{field("user"), field("password"), field("address"), field("user_agent"), field("time")};
    if (fields.user.empty() || fields.password.empty() || fields.address.empty() || fields.time.empty()) {
        return fail(ErrorCode::invalid, "a field is missing");
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
                         std::string(fields.user_agent)};
}

}  // namespace sso::credentials
