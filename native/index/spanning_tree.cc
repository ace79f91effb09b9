#include "index/spanning_tree.h"

#include "index/depth_first.h"

namespace heapdump {
namespace {

// The order in which to start from garbage, so that no start is reached from a later one, unless both reach
// each other: the reverse of the order in which a search leaves the objects.
std::vector<uint32_t> garbage_starts(const HoldGraph& graph, const Bits& live) {
  std::vector<uint32_t> left;
  DepthFirst search(graph);
  for (uint32_t id = 0; id < graph.objects(); ++id) {
    if (live[id] || search.visited()[id]) continue;
    search.from(
        id, [](uint32_t, uint32_t) {},
        [&](uint32_t object) {
          if (!live[object]) left.push_back(object);
        });
  }
  return {left.rbegin(), left.rend()};
}

}  // namespace

SpanningTree search_from_roots(const HoldGraph& graph, const Held& held) {
  const uint32_t n = graph.objects();
  SpanningTree tree;
  tree.number.resize(n);
  tree.object.push_back(kNone);
  tree.parent.push_back(0);
  DepthFirst search(graph);
  const auto enter = [&](uint32_t id, uint32_t holder) {
    if (holder != kNone && graph.is_leaf(id) && graph.has_one_holder(id) && !graph.is_rooted(id)) return;
    tree.number[id] = static_cast<uint32_t>(tree.object.size());
    tree.object.push_back(id);
    tree.parent.push_back(holder == kNone ? 0 : tree.number[holder]);
  };
  const auto from = [&](uint32_t id) { search.from(id, enter, [](uint32_t) {}); };
  for (uint32_t id = 0; id < n; ++id) {
    if (graph.is_rooted(id)) from(id);
  }
  for (uint32_t id = 0; id < n; ++id) {
    if (held.unexplained[id]) from(id);
  }
  tree.live = search.visited();
  tree.first_garbage = static_cast<uint32_t>(tree.object.size());
  for (const uint32_t id : garbage_starts(graph, tree.live)) from(id);
  return tree;
}

}  // namespace heapdump
