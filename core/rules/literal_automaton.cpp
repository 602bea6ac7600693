#include "core/rules/literal_automaton.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace sso::rules {
namespace {

/// Fewer bytes than these name no word: half of all paths have an `a`.
constexpr std::size_t kLeastKnown = 3;
constexpr std::size_t kMostKnown = 32;
constexpr std::size_t kMostTransitions = 1U << 24U;

}  // namespace

/// The words as a tree: every path from a root spells the beginning of one.
class LiteralAutomaton::Trie {
  public:
    using Node = std::uint32_t;
    static constexpr Node kAnywhere = 0;  ///< the root of words that may stand anywhere
    static constexpr Node kStart = 1;     ///< of those that stand at the start

    explicit Trie(const std::vector<Word>& words) : words_(words), nodes_(2) {
        for (const Word& word : words) {
            Node node = root_of(word);
            for (const char c : word.text.substr(0, kMostKnown)) {
                node = child(node, static_cast<unsigned char>(c));
                ++nodes_[node].words;
            }
        }
        for (std::uint32_t i = 0; i < words.size(); ++i) name(i);
    }

    /// The nodes that are reached before or when a word is named, those nearer to a root first, and of equal depth
    /// those below `kAnywhere` first. Fills in where each goes on when it has no child for a byte.
    std::vector<Node> by_depth() {
        std::vector<Node> order{kAnywhere, kStart};
        for (std::size_t i = 0; i < order.size(); ++i) {
            const Node node = order[i];
            std::erase_if(nodes_[node].children, [this](const Child& child) { return !nodes_[child.node].reached; });
            for (const Child& child : nodes_[node].children) {
                nodes_[child.node].otherwise = node == kAnywhere ? kAnywhere : step(nodes_[node].otherwise, child.byte);
                order.push_back(child.node);
            }
        }
        return order;
    }

    struct Child {
        unsigned char byte;
        Node node;
    };
    struct Facts {
        std::vector<Child> children;
        std::vector<Name> names;
        std::uint32_t words = 0;  ///< how many go through it
        Node otherwise = kAnywhere;
        bool reached = false;
    };
    [[nodiscard]] const Facts& operator[](Node node) const { return nodes_[node]; }
    [[nodiscard]] std::size_t size() const { return nodes_.size(); }

  private:
    static Node root_of(const Word& word) { return word.at_start ? kStart : kAnywhere; }

    [[nodiscard]] std::optional<Node> find_child(Node node, unsigned char byte) const {
        for (const Child& child : nodes_[node].children) {
            if (child.byte == byte) return child.node;
        }
        return std::nullopt;
    }

    Node child(Node node, unsigned char byte) {
        if (const auto found = find_child(node, byte)) return *found;
        const Node made = static_cast<Node>(nodes_.size());
        nodes_.emplace_back();
        nodes_[node].children.push_back({byte, made});
        return made;
    }

    /// Names the word at the first node that no other word goes through.
    void name(std::uint32_t word) {
        const std::string_view text = words_[word].text.substr(0, kMostKnown);
        Node node = root_of(words_[word]);
        std::uint32_t known = 0;
        while (known < text.size()) {
            node = *find_child(node, static_cast<unsigned char>(text[known++]));
            nodes_[node].reached = true;
            if (known >= kLeastKnown && nodes_[node].words == 1) break;
        }
        nodes_[node].names.push_back({word, known});
    }

    [[nodiscard]] Node step(Node from, unsigned char byte) const {
        for (Node node = from;; node = nodes_[node].otherwise) {
            if (const auto found = find_child(node, byte); found && nodes_[*found].reached) return *found;
            if (node == kAnywhere) return kAnywhere;
        }
    }

    const std::vector<Word>& words_;
    std::vector<Facts> nodes_;
};

std::optional<LiteralAutomaton> LiteralAutomaton::build(const std::vector<Word>& words) {
    Trie trie(words);
    auto order = trie.by_depth();

    LiteralAutomaton made;
    for (const auto node : order) {
        for (const auto& child : trie[node].children) {
            auto& column = made.column_[child.byte];
            if (column == 0) column = static_cast<std::uint8_t>(made.columns_++);
        }
    }
    for (unsigned char c = 'a'; c <= 'z'; ++c) made.column_[c - 'a' + 'A'] = made.column_[c];
    const std::size_t columns = made.columns_;
    if (order.size() * columns > kMostTransitions) return std::nullopt;

    // who names nothing itself may end in what another state names
    std::vector<std::uint32_t> naming(trie.size(), Trie::kAnywhere);  // the nearest node that names something, or none
    for (const auto node : order) {
        naming[node] = trie[node].names.empty() ? naming[trie[node].otherwise] : node;
    }
    const auto is_naming = [&](Trie::Node node) { return naming[node] != Trie::kAnywhere; };
    auto by_row = order;
    const auto last = std::stable_partition(by_row.begin(), by_row.end(), std::not_fn(is_naming));
    std::vector<std::uint32_t> row(trie.size(), 0);
    for (std::size_t i = 0; i < by_row.size(); ++i) row[by_row[i]] = static_cast<std::uint32_t>(i);
    const auto first_naming = static_cast<std::uint32_t>(last - by_row.begin());

    made.next_.resize(order.size() * columns, static_cast<State>(row[Trie::kAnywhere] * columns));
    for (const auto node : order) {
        const auto at = made.next_.begin() + static_cast<std::ptrdiff_t>(row[node] * columns);
        if (node != Trie::kAnywhere) {
            const auto otherwise = static_cast<std::ptrdiff_t>(row[trie[node].otherwise] * columns);
            std::copy_n(made.next_.begin() + otherwise, columns, at);
        }
        for (const auto& child : trie[node].children) {
            at[made.column_[child.byte]] = static_cast<State>(row[child.node] * columns);
        }
    }
    made.start_ = static_cast<State>(row[Trie::kStart] * columns);
    made.first_naming_ = static_cast<State>(first_naming * columns);

    for (auto node = last; node != by_row.end(); ++node) {
        const auto& names = trie[*node].names;
        const auto first = static_cast<std::uint32_t>(made.names_.size());
        made.names_.insert(made.names_.end(), names.begin(), names.end());
        const Trie::Node also = naming[trie[*node].otherwise];
        made.named_.push_back({first, static_cast<std::uint32_t>(made.names_.size()),
                               also == Trie::kAnywhere ? kNobody : row[also] - first_naming});
    }
    return made;
}

}  // namespace sso::rules
