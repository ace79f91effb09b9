#include "index/dominators.h"

#include <utility>
#include <vector>

namespace heapdump {
namespace {

// The forest of the objects processed so far, which Eval climbs with path compression.
class Forest {
 public:
  explicit Forest(uint32_t count) : nodes_(count) {}

  void link(uint32_t node, uint32_t parent, uint32_t semi) { nodes_[node] = {parent + 1, node, semi}; }

  // Of the ancestors of a node up to below the root of its tree, the one with the smallest semidominator, and
  // that.
  std::pair<uint32_t, uint32_t> eval(uint32_t node) {
    compress(node);
    return {nodes_[node].min, nodes_[node].semi};
  }
  bool is_linked(uint32_t node) const { return nodes_[node].ancestor != 0; }

 private:
  struct Node {
    uint32_t ancestor;  // number + 1; 0: not linked
    uint32_t min;
    uint32_t semi;  // of `min`
  };

  void compress(uint32_t node) {
    uint32_t above = nodes_[node].ancestor - 1;
    while (nodes_[above].ancestor != 0) {
      way_.push_back(node);
      node = above;
      above = nodes_[node].ancestor - 1;
    }
    while (!way_.empty()) {
      Node& lower = nodes_[way_.back()];
      const Node& upper = nodes_[lower.ancestor - 1];
      if (upper.semi < lower.semi) {
        lower.semi = upper.semi;
        lower.min = upper.min;
      }
      lower.ancestor = upper.ancestor;
      way_.pop_back();
    }
  }

  PageArray<Node> nodes_;
  std::vector<uint32_t> way_;
};

}  // namespace

PageArray<uint32_t> dominators(const HoldGraph& graph, const SpanningTree& tree) {
  const uint32_t count = static_cast<uint32_t>(tree.object.size());
  PageArray<uint32_t> dominator(count);
  // Those whose semidominator is a node, as a list that starts at the node. 0 ends it.
  PageArray<uint32_t> first_of(count), next_of(count);
  Bits same_as_that_of(count);  // `dominator` is a node with the same dominator
  Forest forest(count);

  for (uint32_t node = count - 1; node > 0; node--) {
    const uint32_t id = tree.object[node];
    const uint32_t parent = tree.parent[node];
    uint32_t semi = parent;
    if (graph.is_rooted(id)) {
      semi = 0;
    } else if (parent != 0 && !graph.has_one_holder(id)) {
      graph.holders(id, [&](uint32_t holder) {
        const uint32_t number = tree.number[holder];
        if (number >= tree.first_garbage && node < tree.first_garbage) return;
        const uint32_t reached = number > node ? forest.eval(number).second : number;
        if (reached < semi) semi = reached;
      });
    }
    forest.link(node, parent, semi);
    if (semi == parent || semi == 0) {
      dominator[node] = semi;
    } else {
      next_of[node] = std::exchange(first_of[semi], node);
    }
    for (uint32_t below = std::exchange(first_of[parent], 0); below != 0; below = next_of[below]) {
      const auto [min, min_semi] = forest.eval(below);
      dominator[below] = min_semi < parent ? min : parent;
      if (min_semi < parent) same_as_that_of.set(below);
    }
  }
  for (uint32_t node = 1; node < count; ++node) {
    if (same_as_that_of[node]) dominator[node] = dominator[dominator[node]];
  }
  return dominator;
}

}  // namespace heapdump
