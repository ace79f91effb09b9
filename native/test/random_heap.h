// Small heaps with everything that keeps objects alive or does not, at random, and what must come out of
// them.
#pragma once
#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "index/root_paths.h"
#include "test/heap_builder.h"

namespace heapdump::test {

constexpr uint32_t kFar = UINT32_MAX;

// In the index the id of a node is by one higher than its number: the type that is always there has id 0.
struct RandomHeap {
  struct Node {
    std::vector<uint32_t> strong;
    std::vector<uint32_t> weak;
    uint32_t type;  // a node whose instance it is, or itself: then of the type that is always there
    uint64_t size;
    int root = -1;  // hd_root_kind
    bool from_c = false;
    bool immortal = false;
  };
  std::vector<Node> nodes;

  RandomHeap(uint32_t n, uint32_t references, uint32_t seed) : nodes(n) {
    std::mt19937 random(seed);
    const auto below = [&](uint32_t bound) { return static_cast<uint32_t>(random() % bound); };
    static constexpr int kRoots[] = {HD_ROOT_MODULE, HD_ROOT_FRAME, HD_ROOT_INTERPRETER, HD_ROOT_STATIC};
    for (uint32_t i = 0; i < n; ++i) {
      Node& node = nodes[i];
      node.type = below(4) == 0 ? below(std::min(n, 6u)) : i;
      node.size = 16 + below(1000);
      if (below(10) == 0) node.root = kRoots[below(4)];
      node.from_c = below(25) == 0;
      node.immortal = below(40) == 0;
    }
    for (uint32_t i = 0; i < references; ++i) {
      // Half of the graphs are long chains with leaps.
      const uint32_t source = below(n);
      const uint32_t target = seed % 2 == 0 ? below(n) : std::min(n - 1, source + 1 + below(3));
      (below(12) == 0 ? nodes[source].weak : nodes[source].strong).push_back(target);
    }
  }

  // What a node holds.
  std::vector<uint32_t> held(uint32_t i) const {
    std::vector<uint32_t> held = nodes[i].strong;
    if (nodes[i].type != i) held.push_back(nodes[i].type);
    return held;
  }

  bool begins(uint32_t i) const { return nodes[i].root >= 0 || nodes[i].from_c || nodes[i].immortal; }

  std::vector<std::vector<uint32_t>> all_held() const {
    std::vector<std::vector<uint32_t>> all;
    for (uint32_t i = 0; i < nodes.size(); ++i) all.push_back(held(i));
    return all;
  }

  // Nodes that are reached from those that begin, without going through `avoided`.
  std::vector<bool> reached(uint32_t avoided = kNone) const { return reached(all_held(), avoided); }
  std::vector<bool> reached(const std::vector<std::vector<uint32_t>>& held, uint32_t avoided) const {
    std::vector<bool> reached(nodes.size());
    std::vector<uint32_t> open;
    const auto visit = [&](uint32_t i) {
      if (i == avoided || reached[i]) return;
      reached[i] = true;
      open.push_back(i);
    };
    for (uint32_t i = 0; i < nodes.size(); ++i) {
      if (begins(i)) visit(i);
    }
    while (!open.empty()) {
      const uint32_t i = open.back();
      open.pop_back();
      for (const uint32_t target : held[i]) visit(target);
    }
    return reached;
  }

  static uint32_t lead(int root) {
    return root == HD_ROOT_MODULE                            ? 0
           : root == HD_ROOT_FRAME || root == HD_ROOT_THREAD ? kFrameLead
                                                             : kInterpreterLead;
  }
  // References from the named roots, with their lead, by relaxing until nothing changes; without those to
  // types, and without `avoided`.
  std::vector<uint32_t> named_distance(uint32_t avoided = kNone) const {
    std::vector<uint32_t> distance;
    for (uint32_t i = 0; i < nodes.size(); ++i) {
      distance.push_back(nodes[i].root < 0 || i == avoided ? kFar : lead(nodes[i].root));
    }
    for (bool changed = true; changed;) {
      changed = false;
      for (uint32_t i = 0; i < nodes.size(); ++i) {
        if (distance[i] == kFar) continue;
        for (const uint32_t target : nodes[i].strong) {
          if (target == avoided || distance[i] + 1 >= distance[target]) continue;
          distance[target] = distance[i] + 1;
          changed = true;
        }
      }
    }
    return distance;
  }

  std::string dump() const {
    HeapBuilder heap;
    std::vector<uint64_t> counts(nodes.size());
    std::vector<bool> is_type(nodes.size());
    for (uint32_t i = 0; i < nodes.size(); ++i) {
      for (const uint32_t target : held(i)) counts[target]++;
      if (nodes[i].type != i) is_type[nodes[i].type] = true;
    }
    for (uint32_t i = 0; i < nodes.size(); ++i) {
      const Node& node = nodes[i];
      HeapObject& object = heap.object(node.type == i ? 0 : node.type + 1);
      object.size(node.size).refcount(counts[i] + node.from_c).items({});
      if (is_type[i]) object.names_type("app", "Type" + std::to_string(i), kHeapType);
      for (const uint32_t target : node.weak) object.weak("weak", target + 1);
      for (const uint32_t target : node.strong) object.items({target + 1});
      if (node.immortal) object.immortal();
      if (node.root >= 0) object.root(static_cast<uint8_t>(node.root), "root");
    }
    return heap.dump();
  }
};

}  // namespace heapdump::test
