// A session as the process's own cache keeps it: ten thousand of them shall be small. Immutable, safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/attributes.hpp"
#include "core/session/session.hpp"

namespace sso::session {

/// Lists of attributes' names, each kept once: most sessions of a site have the same.
class NameLists {
  public:
    /// The names of `attributes`, each with its place as its value. Any thread.
    std::shared_ptr<const Attributes> of(const Attributes& attributes);

  private:
    std::mutex mutex_;
    std::vector<std::shared_ptr<const Attributes>> known_;  ///< used last first; a few
};

/// The attributes of one session. Texts lie behind one another in one piece of memory.
class KeptAttributes {
  public:
    /// An attribute's value: a text, or something else, or none of both.
    struct Found {
        bool is_text = false;
        std::string_view text;
        const AttributeValue* other = nullptr;  ///< null with a text, and when there is no such attribute
    };

    /// Valid as long as this. Allocates nothing.
    [[nodiscard]] Found find(std::string_view name) const noexcept;
    /// The same where it is a text; data() is null where it is anything else.
    [[nodiscard]] std::string_view find_text(std::string_view name) const noexcept;

  private:
    friend struct KeptSession;
    KeptAttributes() noexcept = default;
    KeptAttributes(const Attributes& attributes, std::shared_ptr<const Attributes> names, std::string_view user);
    KeptAttributes(const KeptAttributes& other);
    KeptAttributes(KeptAttributes&&) noexcept = default;
    KeptAttributes& operator=(KeptAttributes&&) noexcept = default;

    [[nodiscard]] std::uint32_t word(std::size_t at) const noexcept {
        std::uint32_t word = 0;
        std::memcpy(&word, memory_.get() + at, sizeof word);
        return word;
    }
    [[nodiscard]] std::string_view user() const noexcept { return {memory_.get() + sizeof(std::uint32_t), word(0)}; }
    [[nodiscard]] std::size_t ends() const noexcept { return sizeof(std::uint32_t) + word(0) + 1; }
    [[nodiscard]] std::uint32_t end(std::size_t place) const noexcept;
    [[nodiscard]] std::string_view text(std::size_t place) const noexcept;
    [[nodiscard]] std::size_t size() const noexcept;

    static constexpr std::uint32_t kOther = 1U << 31U;  ///< beside the end of a text: there is none, but another value
    using Other = std::pair<std::size_t, AttributeValue>;
    std::shared_ptr<const Attributes> names_;
    /// How long the user's name is, and the name; the ends of all texts; the texts. The name is what each request
    /// reads, and lies in the same line of the processor's cache as its length.
    std::unique_ptr<char[]> memory_;
    std::unique_ptr<const std::vector<Other>> others_;  ///< what is no text, by place; null: all are texts
};

/// What of a session is looked at again and again.
struct KeptSession {
    KeptSession() noexcept : id(SessionId::from_bytes({})) {}  ///< none: nothing may be asked of it
    KeptSession(const Session& session, NameLists& names);

    KeptAttributes attributes;
    SessionId id;
    bool stale = false;

    /// As a header may have it: the name for logs and REMOTE_USER. Lives as long as this; a NUL stands behind it.
    [[nodiscard]] std::string_view user() const noexcept { return attributes.user(); }
    /// About what it takes of memory, itself not included.
    [[nodiscard]] std::size_t weight() const noexcept;
};

}  // namespace sso::session
