// A value as an evaluation handles it: Perl's scalar. Views only; the memory belongs to the program, the environment
// or the evaluation's arena.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/attributes.hpp"

namespace sso::expr {

struct Value;

/// Holds every whole number that arithmetic on 64-bit numbers gives, before it is cut to size.
__extension__ typedef __int128 Whole;  // NOLINT: `using` cannot carry __extension__

/// An array that the evaluation made: `[1, 2]`, `[split …]`.
struct ValueList {
    const Value* items = nullptr;
    std::size_t size = 0;
};

/// A hash that the evaluation made: key, value, key, value …; of equal keys the last counts.
struct ValueHash {
    const Value* pairs = nullptr;
    std::size_t size = 0;  ///< number of values, twice the number of pairs
};

enum class Type : std::uint8_t {
    undefined,
    text,
    falsity,  ///< what a comparison gives that does not hold: the empty text, and the number 0 as well
    integer,
    natural,  ///< an integer above the greatest signed one
    real,
    attribute_list,  ///< reference to an array of the environment
    attributes,      ///< reference to a hash of the environment
    list,            ///< reference to an array of the evaluation
    hash,            ///< reference to a hash of the evaluation
    scalar,          ///< reference to a scalar
};

struct Value {
    Type type = Type::undefined;
    union {
        const char* data = nullptr;
        std::int64_t integer;
        std::uint64_t natural;
        double real;
        const AttributeValue::List* attribute_list;
        const Attributes* attributes;
        const ValueList* list;
        const ValueHash* hash;
    };
    std::size_t size = 0;

    Value() noexcept {}  // NOLINT: the union's first member is initialised in place
    static Value of(std::string_view text) noexcept {
        Value value;
        value.type = Type::text;
        value.data = text.data();
        value.size = text.size();
        return value;
    }
    static Value of(std::int64_t number) noexcept;
    static Value of(std::uint64_t number) noexcept;
    static Value of(double number) noexcept;
    static Value of(const ValueList* list) noexcept;
    static Value of(const ValueHash* hash) noexcept;
    static Value of(const AttributeValue* source) noexcept {
        if (source == nullptr) return {};
        const std::string* text = source->text();
        return text != nullptr ? of(std::string_view(*text)) : of_other(*source);
    }
    static Value of_other(const AttributeValue& source) noexcept;  ///< that is no text
    /// Perl's result of a comparison: 1 or falsity.
    static Value of_truth(bool truth) noexcept;

    [[nodiscard]] bool defined() const noexcept { return type != Type::undefined; }
    [[nodiscard]] std::string_view view() const noexcept { return {data, size}; }  ///< of a text
    /// A number, or the false result of a comparison.
    [[nodiscard]] bool is_number() const noexcept { return type >= Type::falsity && type <= Type::real; }
    [[nodiscard]] bool is_reference() const noexcept { return type >= Type::attribute_list; }
};

/// Room for a number's text.
using NumberText = std::array<char, 40>;

bool truth(const Value& value) noexcept;
/// The value as text; a number is written into `room`, with which the view then lives.
std::string_view text_of(const Value& value, NumberText& room) noexcept;

/// A number with Perl's preference for whole ones.
struct Number {
    enum class Kind : std::uint8_t { integer, natural, real } kind = Kind::integer;
    union {
        std::int64_t integer = 0;
        std::uint64_t natural;
        double real;
    };

    Number() noexcept {}  // NOLINT: as above
    static Number of(std::int64_t number) noexcept;
    static Number of(double number) noexcept;
    /// The 128-bit value of a whole number.
    [[nodiscard]] Whole whole() const noexcept;
    [[nodiscard]] double as_real() const noexcept;
};

/// The number at the start of `value` (reference: expressions.md §3): "3 apples" is 3, "abc" is 0.
Number number_of(const Value& value) noexcept;
/// The same as Perl's arithmetic sees it first: whole are integers, real numbers that are whole, and texts that are an
/// integer and nothing else; all others are real.
Number whole_number_of(const Value& value) noexcept;
/// Cut toward zero and into the range of a 64-bit integer.
std::int64_t integer_of(const Value& value) noexcept;
/// Whether the whole text is a number.
bool looks_like_number(std::string_view text) noexcept;
Value value_of(const Number& number) noexcept;
Value value_of_whole(Whole number) noexcept;

/// A real number as Perl prints it: 15 significant digits.
std::string_view format_real(double number, NumberText& room) noexcept;

/// Elements of references of either origin.
std::size_t list_size(const Value& reference) noexcept;
Value list_item(const Value& reference, std::size_t index) noexcept;
bool is_list(const Value& value) noexcept;
bool is_hash(const Value& value) noexcept;
/// Nothing when the hash has no such member.
std::optional<Value> hash_member(const Value& reference, std::string_view key) noexcept;
/// Number of pairs as stored (equal keys of a made hash are counted each).
std::size_t hash_size(const Value& reference) noexcept;
/// What `hash_pair` costs in steps: of a made hash the later pairs are looked through.
std::size_t hash_pair_cost(const Value& reference, std::size_t index) noexcept;
/// The pair at `index`; false when a later pair of a made hash has the same key and hides it.
bool hash_pair(const Value& reference, std::size_t index, Value& key, Value& value) noexcept;

}  // namespace sso::expr
