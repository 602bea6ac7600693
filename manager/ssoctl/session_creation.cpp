#include "manager/ssoctl/session_creation.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <thread>
#include <vector>

#include "core/base/text.hpp"
#include "manager/ssoctl/audit.hpp"

namespace sso::ssoctl {
namespace {

constexpr std::size_t kAttributesFileLimit = 1U << 20U;
constexpr std::uint64_t kBatch = 64;  // made at once, then printed: what was printed exists
constexpr std::uint64_t kThreads = 16;

/// `value` with each %d in its texts replaced by `number`.
AttributeValue numbered(const AttributeValue& value, const std::string& number) {
    if (const auto* text = value.text()) {
        std::string result;
        std::size_t from = 0;
        for (auto at = text->find("%d"); at != std::string::npos; at = text->find("%d", from)) {
            result.append(*text, from, at - from).append(number);
            from = at + 2;
        }
        return AttributeValue(result.append(*text, from));
    }
    if (const auto* items = value.list()) {
        AttributeValue::List result;
        for (const auto& item : *items) result.push_back(numbered(item, number));
        return AttributeValue(std::move(result));
    }
    if (const auto* members = value.members()) {
        Attributes result;
        for (const auto& [name, member] : *members) result.set(name, numbered(member, number));
        return AttributeValue(std::move(result));
    }
    return value;
}

Result<Attributes> read_attributes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(ErrorCode::invalid, printable(path) + ": cannot be read");
    std::string text(kAttributesFileLimit + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > kAttributesFileLimit) return fail(ErrorCode::invalid, printable(path) + ": larger than 1 MiB");
    auto attributes = session::parse_attributes(text);
    if (!attributes) return fail(ErrorCode::invalid, printable(path) + ": " + attributes.error().detail);
    return attributes;
}

struct Made {
    session::SessionCookie cookie;
    session::SessionId id;
    std::string user;
};

Result<Made> make_session(const rules::Snapshot& snapshot, session::SessionStore& store, const Attributes& attributes,
                          std::uint64_t number) {
    const AttributeValue own = numbered(AttributeValue(attributes), std::to_string(number));
    const SysSeconds now = SystemClock().now();
    const std::string user = snapshot.policy.trace_name(*own.members(), now);
    if (user.empty()) {
        return fail(ErrorCode::invalid, "session.what_to_trace (" + snapshot.settings.session.what_to_trace.text +
                                            ") gives nothing for these attributes: a session needs a user");
    }
    auto cookie = session::SessionCookie::generate();
    const session::Session made{cookie.id(), {user, now, now, "", "ssoctl"}, *own.members()};
    if (const auto stored = store.create(made.seal(cookie)); !stored) return tl::unexpected(stored.error());
    return Made{std::move(cookie), made.id, user};
}

/// Sessions number `first` to `first + count - 1`, in that order.
std::vector<Result<Made>> make_batch(const rules::Snapshot& snapshot, session::SessionStore& store,
                                     const Attributes& attributes, std::uint64_t first, std::uint64_t count) {
    std::vector<Result<Made>> results;
    for (std::uint64_t i = 0; i < count; ++i) results.emplace_back(fail(ErrorCode::internal, "not made"));
    std::atomic<std::uint64_t> next{0};
    const auto work = [&] {
        for (std::uint64_t i = next++; i < count; i = next++) {
            results[i] = make_session(snapshot, store, attributes, first + i);
        }
    };
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 1; i < std::min(kThreads, count); ++i) threads.emplace_back(work);
    work();
    threads.clear();
    return results;
}

}  // namespace

void create_sessions(Run& run, const std::string& path, std::uint64_t count) {
    const auto attributes = read_attributes(path);
    if (!attributes) return run.fail(attributes.error());
    const auto snapshot = load_configuration(run);
    if (!snapshot) return;
    const auto store = open_session_store(run, snapshot->settings);
    if (!store) return;

    for (std::uint64_t first = 1; first <= count; first += kBatch) {
        const auto batch = make_batch(*snapshot, *store, *attributes, first, std::min(kBatch, count - first + 1));
        for (const auto& made : batch) {
            if (!made) {
                if (run.exit == Exit::done) {
                    run.fail(exit_for(made.error()), printable(path) + ": " + made.error().detail);
                }
                continue;  // those beside it may exist, and what exists is printed and audited
            }
            audit(run, {LogLevel::notice, 602, "made session " + made->id.hex() + " for " + printable(made->user)});
            const std::string cookie = made->cookie.text();
            run.out << (run.json ? nlohmann::json(cookie).dump() : cookie) << '\n';
        }
        if (!run.out.flush() || run.exit != Exit::done) return;
    }
}

}  // namespace sso::ssoctl
