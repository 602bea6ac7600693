// What is known of a person: named values, as the directory gives them, macros compute them, sessions keep them and
// expressions read them. A JSON-shaped value, because LemonLDAP::NG's sessions are (reference: sessions.md §3).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sso {

class AttributeValue;

/// Named values, sorted by name (byte order), each name once. Lookup is a binary search and allocates nothing.
class Attributes {
  public:
    using Entry = std::pair<std::string, AttributeValue>;

    /// The value under `name`, or null. Valid until the next change of this object.
    [[nodiscard]] const AttributeValue* find(std::string_view name) const noexcept;
    /// Sets or replaces.
    void set(std::string_view name, AttributeValue value);
    void erase(std::string_view name);

    [[nodiscard]] bool empty() const noexcept;
    [[nodiscard]] std::size_t size() const noexcept;
    /// All that stands in `entries`, in any order; of equal names the last holds.
    static Attributes of(std::vector<Entry> entries);

    [[nodiscard]] std::vector<Entry>::const_iterator begin() const noexcept;
    [[nodiscard]] std::vector<Entry>::const_iterator end() const noexcept;

    friend bool operator==(const Attributes& a, const Attributes& b);

  private:
    std::vector<Entry> entries_;
};

/// Nothing, a string of bytes (UTF-8 by convention), an integer, a floating number, a list or named values. A
/// multi-valued directory attribute is one string, its values joined by "; " (reference: expressions.md §3).
class AttributeValue {
  public:
    using List = std::vector<AttributeValue>;
    using Data = std::variant<std::monostate, std::string, std::int64_t, double, List, Attributes>;

    AttributeValue() = default;
    AttributeValue(std::string text) : data_(std::move(text)) {}         // NOLINT: a text is a value
    AttributeValue(std::string_view text) : data_(std::string(text)) {}  // NOLINT
    AttributeValue(const char* text) : data_(std::string(text)) {}       // NOLINT
    AttributeValue(std::int64_t number) : data_(number) {}               // NOLINT
    AttributeValue(double number) : data_(number) {}                     // NOLINT
    AttributeValue(List list) : data_(std::move(list)) {}                // NOLINT
    AttributeValue(Attributes members) : data_(std::move(members)) {}    // NOLINT

    [[nodiscard]] const Data& data() const noexcept { return data_; }
    /// The text if this is one, else null.
    [[nodiscard]] const std::string* text() const noexcept { return std::get_if<std::string>(&data_); }
    [[nodiscard]] const Attributes* members() const noexcept { return std::get_if<Attributes>(&data_); }
    [[nodiscard]] const List* list() const noexcept { return std::get_if<List>(&data_); }

    friend bool operator==(const AttributeValue& a, const AttributeValue& b) { return a.data_ == b.data_; }

  private:
    Data data_;
};

/// The separator between the values of a multi-valued attribute and between the names in `groups`.
inline constexpr std::string_view kMultiValueSeparator = "; ";

}  // namespace sso
