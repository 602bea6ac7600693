// One row of the settings table: what a setting is called, where its value goes, what it may be, and what it is for.
// Parsing, ranges, hints and the reference page all read these rows.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/config/names.hpp"
#include "core/config/settings.hpp"

namespace sso::config {

/// The words that an enumeration is written with.
template <class Enum>
struct Words;
template <>
struct Words<SameSite> {
    static constexpr std::array values{std::pair{std::string_view("lax"), SameSite::lax},
                                       std::pair{std::string_view("strict"), SameSite::strict},
                                       std::pair{std::string_view("none"), SameSite::none}};
};
template <>
struct Words<EncodedSlashes> {
    static constexpr std::array values{std::pair{std::string_view("refuse"), EncodedSlashes::refuse},
                                       std::pair{std::string_view("keep"), EncodedSlashes::keep}};
};
template <>
struct Words<KeyType> {
    static constexpr std::array values{std::pair{std::string_view("ed25519"), KeyType::ed25519},
                                       std::pair{std::string_view("rsa"), KeyType::rsa}};
};

struct Range {
    std::chrono::milliseconds least{0};
    std::chrono::milliseconds most{0};
};

struct NumberRange {
    int least = 0;
    int most = 0;
};

enum class Presence { optional, required };

template <class Part>
struct Field {
    using Member = std::variant<bool Part::*, std::optional<bool> Part::*, int Part::*, std::optional<int> Part::*,
                                std::string Part::*, std::vector<std::string> Part::*, std::chrono::seconds Part::*,
                                std::optional<std::chrono::seconds> Part::*, std::chrono::milliseconds Part::*,
                                http::Url Part::*, std::optional<http::Url> Part::*, Located Part::*, SameSite Part::*,
                                EncodedSlashes Part::*, KeyType Part::*>;
    std::string_view name;
    Member member;
    std::string_view kind;  ///< as the reference page says it: "host name", "duration"
    std::string_view help;
    Range range{};              ///< of durations
    NumberRange numbers{};      ///< of numbers
    TextCheck check = nullptr;  ///< of a text, or of each item of a list
    Presence presence = Presence::optional;
    std::string_view default_text{};  ///< where it is not the constant that a fresh Part holds
};

/// A table of the file with a fixed set of keys.
template <class Part>
struct Section {
    std::string_view path;  ///< "authentication.ldap"
    std::string_view help;
    std::span<const Field<Part>> fields;
    std::span<const std::string_view> tables{};  ///< keys of it that are tables of their own
};

/// A table whose keys the administrator chooses.
struct OpenTable {
    std::string_view path;  ///< `vhost."NAME".headers`
    std::string_view key;   ///< what a key is
    std::string_view value;
    std::string_view help;
};

}  // namespace sso::config
