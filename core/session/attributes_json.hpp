// The members of a JSON object as they stand in its text, for who keeps them in a form of their own: almost all are
// texts without escapes, and those are not copied. What is read, and its limits, are parse_attributes' (session.hpp).
#pragma once

#include <forward_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/attributes.hpp"
#include "core/base/result.hpp"

namespace sso::session {

class JsonMembers {
  public:
    struct Member {
        std::string_view name;
        std::string_view text;                  ///< of a text
        const AttributeValue* other = nullptr;  ///< a value that is none; null with a text
    };

    JsonMembers(JsonMembers&&) noexcept = default;  // a copy's members would lie in what it was copied from
    JsonMembers& operator=(JsonMembers&&) noexcept = default;

    /// `json` outlives what is read. @return as parse_attributes
    static Result<JsonMembers> parse(std::string_view json);
    /// Sets or replaces. What both view outlives this.
    void set(std::string_view name, std::string_view text);
    /// Sorted by name (byte order), each name once; of equal ones the last holds. Valid until the next change.
    [[nodiscard]] std::span<const Member> all() const noexcept { return members_; }

  private:
    JsonMembers() noexcept = default;

    std::vector<Member> members_;
    std::forward_list<std::string> spelled_;  ///< texts that have escapes
    std::forward_list<AttributeValue> others_;
};

}  // namespace sso::session
