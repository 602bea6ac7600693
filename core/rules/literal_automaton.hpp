// Finds, in one pass over a text, which of many words may stand in it and where (Aho and Corasick, 1975). It looks at
// no more of a word than tells it from the others: whoever asks compares the rest. Inside core/rules.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sso::rules {

/// Immutable, safe from any thread.
class LiteralAutomaton {
  public:
    struct Word {
        std::string_view text;  ///< in lower case, not empty
        bool at_start;          ///< sought at the start of the text alone
    };
    /// @return nothing when it would be larger than any list of rules deserves (64 MB)
    static std::optional<LiteralAutomaton> build(const std::vector<Word>& words);

    /// Calls `visit(word, start)`, in the order of ends, for each place where a word may stand; letters of either case
    /// count as equal. A word that stands in `text` is never left out. Allocates nothing.
    template <class Visit>
    void scan(std::string_view text, Visit&& visit) const {
        State state = start_;
        for (std::size_t i = 0; i < text.size(); ++i) {
            state = next_[state + column_[static_cast<unsigned char>(text[i])]];
            if (state < first_naming_) continue;
            for (auto at = (state - first_naming_) / columns_; at != kNobody; at = named_[at].also) {
                for (auto k = named_[at].first; k < named_[at].end; ++k) {
                    visit(names_[k].word, i + 1 - names_[k].known);
                }
            }
        }
    }

  private:
    class Trie;
    LiteralAutomaton() = default;

    /// The index of the state's row in `next_`.
    using State = std::uint32_t;
    static constexpr std::uint32_t kNobody = ~std::uint32_t{0};
    struct Name {
        std::uint32_t word;
        std::uint32_t known;  ///< how many bytes have been seen of it
    };
    /// What a state names: a part of `names_`, and what another state names.
    struct Named {
        std::uint32_t first, end, also;
    };

    std::array<std::uint8_t, 256> column_{};  ///< of a byte; all that stand in no word share column 0
    std::uint32_t columns_ = 1;
    std::vector<State> next_;
    State start_ = 0;
    State first_naming_ = 0;  ///< states that name something are the last ones
    std::vector<Named> named_;
    std::vector<Name> names_;
};

}  // namespace sso::rules
