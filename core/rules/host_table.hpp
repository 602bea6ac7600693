// Which virtual host a host name belongs to, among thousands: by its name, an alias, or a wildcard. Inside core/rules.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sso::rules {

/// Names in lower case, each put in once. Immutable once it is filled; then safe from any thread.
///
/// Precedence (reference: handler.md §3.1): a name that is written out; then wildcards that begin with neither `*` nor
/// `%`, then those that begin with `%`, then `*`, in each of these the longer first and among equal lengths by byte
/// order; a bare `%` or `*` last.
class HostTable {
  public:
    /// @param name   a host name, or a wildcard: `*` stands for any text, `%` for any without a dot
    /// @param index  what `find` gives back for it
    void add(std::string_view name, std::size_t index);

    /// Names and wildcards of the forms `*.suffix` and `%.suffix` cost a hash lookup, the latter one a dot of `name` at
    /// most; the other wildcards are tried one after the other. Allocates nothing. A wildcard finds itself.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const noexcept;

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
    };
    using Names = std::unordered_map<std::string, std::size_t, Hash, std::equal_to<>>;
    struct Wildcard {
        std::string text;
        std::size_t index;
    };
    /// The wildcards that begin alike.
    struct Rank {
        Names suffixes;             ///< ".suffix" of those that are one wildcard and that
        std::vector<Wildcard> odd;  ///< the others, in the order in which they are tried
    };
    enum Beginning : std::size_t { text, percent, star, bare_percent, bare_star };
    static Beginning beginning_of(std::string_view wildcard) noexcept;
    static std::optional<std::size_t> find_among(const Rank& rank, std::string_view suffix,
                                                 std::string_view name) noexcept;

    Names names_;
    std::array<Rank, 5> ranks_;
};

}  // namespace sso::rules
