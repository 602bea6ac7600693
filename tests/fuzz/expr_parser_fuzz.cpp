// The expression language's parser on foreign bytes: a tree that fits the text and the bounds, or a mistake with its
// place.
#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/expr/parser.hpp"
#include "tests/fuzz/expect.hpp"

namespace {

using namespace sso::expr;  // NOLINT: one target, one room
using sso::fuzz::expect;

/// A chain of comparisons has its middle twice in the tree: how often, the parser bounds.
constexpr std::size_t kNodesPerByte = 64;

struct Tree {
    std::size_t nodes = 0;
    std::size_t height = 0;
};

void walk(const Node& node, std::string_view source, std::size_t height, Tree& tree) {
    ++tree.nodes;
    tree.height = std::max(tree.height, height);
    expect(tree.nodes <= kNodesPerByte * (source.size() + 1), "a tree is not larger than its text allows");
    expect(node.offset <= source.size() && node.length <= source.size() - node.offset, "a node lies in the text");
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        const bool pattern = node.op == Op::match || node.op == Op::substitute || node.op == Op::transliterate;
        expect(node.children[i] != nullptr || (pattern && i == 0), "only a pattern may have no subject");
        if (node.children[i] != nullptr) walk(*node.children[i], source, height + 1, tree);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view source(reinterpret_cast<const char*>(data), size);
    const Limits limits;
    if (source.size() > limits.source_bytes) return 0;  // refused before it is parsed
    std::vector<Problem> problems;
    const NodePtr root = Parser(source, limits, problems).parse();
    const bool failed = std::any_of(problems.begin(), problems.end(), [](const Problem& problem) {
        return problem.severity == Problem::Severity::error;
    });
    expect(failed == (root == nullptr), "a tree, or an error");
    for (const Problem& problem : problems) {
        expect(problem.offset <= source.size(), "a problem lies in the text");
        expect(!problem.code.empty() && !problem.message.empty(), "a problem has a class and a message");
    }
    if (root == nullptr) return 0;
    Tree tree;
    walk(*root, source, 1, tree);
    expect(tree.height <= limits.nesting, "a tree is not deeper than its bound");
    return 0;
}
