// A session as the process's own cache keeps it: ten thousand of them shall be small. Immutable, safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/attributes.hpp"
#include "core/session/attributes_json.hpp"
#include "core/session/session.hpp"

namespace sso::session {

class BinaryReader;
class BinaryWriter;

/// Lists of attributes' names, each kept once: most sessions of a site have the same.
class NameLists {
  public:
    /// The names of `members`, each with its place as its value. Any thread.
    std::shared_ptr<const Attributes> of(std::span<const JsonMembers::Member> members);
    /// The same of names as `written` gives them; null if it did not.
    std::shared_ptr<const Attributes> of_written(std::string_view names);
    /// The names of one of the lists as bytes.
    static std::string written(const Attributes& list);

  private:
    struct Known {
        std::shared_ptr<const Attributes> list;
        std::string written;
    };
    template <class Same>
    std::shared_ptr<const Attributes> find(Same&& same);
    std::shared_ptr<const Attributes> add(Attributes list);

    std::mutex mutex_;
    std::vector<Known> known_;  ///< used last first; a few
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
    KeptAttributes(std::span<const JsonMembers::Member> members, std::shared_ptr<const Attributes> names,
                   std::string_view user);
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
    [[nodiscard]] const std::string& name(std::size_t place) const noexcept {
        return (names_->begin() + static_cast<std::ptrdiff_t>(place))->first;
    }
    /// Whether what lies in the first `size` bytes of `memory_` is what was put there for as many names.
    [[nodiscard]] bool is_sound(std::size_t size) const noexcept;
    void write(BinaryWriter& record) const;
    bool read(BinaryReader& record, NameLists& names);

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
    /// What a store has of the cookie's session; its attributes have the id among them, as `_session_id`.
    /// @return as SealedSession::open, which finds out beside that whether the session is the cookie's
    static Result<KeptSession> open(const SealedSession& sealed, const SessionCookie& cookie, NameLists& names,
                                    crypto::Opener& opener);

    KeptAttributes attributes;
    SessionId id;
    bool stale = false;

    /// As a header may have it: the name for logs and REMOTE_USER. Lives as long as this; a NUL stands behind it.
    [[nodiscard]] std::string_view user() const noexcept { return attributes.user(); }
    /// As bytes, and back; the id is not among them. What is stale is not to be written.
    void write(BinaryWriter& record) const { attributes.write(record); }
    /// Nothing for what `write` did not write. Bounded by what there is to be read.
    static std::optional<KeptSession> read(const SessionId& id, BinaryReader& record, NameLists& names);
    /// About what it takes of memory, itself not included.
    [[nodiscard]] std::size_t weight() const noexcept;
};

}  // namespace sso::session
