// Small heaps with everything that keeps objects alive or does not, at random, and what must come out of
// them.
#pragma once
#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "test/dump_writer.h"

namespace heapdump::test {

struct RandomHeap {
  static constexpr uint64_t kMeta = 0x7e0000000000;
  static constexpr uint64_t kHeapType = 1 << 9;
  static constexpr uint64_t address(uint32_t i) { return 0x7f0000000000 + 64 * uint64_t{i}; }

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

  bool is_type(uint32_t i) const {
    return std::ranges::any_of(nodes, [&](const Node& node) { return node.type == i && &node != &nodes[i]; });
  }
  // What a node holds.
  std::vector<uint32_t> held(uint32_t i) const {
    std::vector<uint32_t> held = nodes[i].strong;
    if (nodes[i].type != i) held.push_back(nodes[i].type);
    return held;
  }

  std::string dump() const {
    RecordsPayload records;
    records.type(kMeta, "builtins", "type");
    const uint32_t n = static_cast<uint32_t>(nodes.size());
    std::vector<uint64_t> counts(n);
    for (uint32_t i = 0; i < n; ++i) {
      for (const uint32_t target : held(i)) counts[target]++;
      if (is_type(i)) records.type(address(i), "app", "Type" + std::to_string(i), kHeapType);
      std::vector<std::pair<uint8_t, std::string>> fields;
      for (size_t k = 0; k < nodes[i].weak.size(); ++k) fields.push_back({HD_REF_WEAK, "weak"});
      const uint64_t type = nodes[i].type == i ? kMeta : address(nodes[i].type);
      records.shape(i, type, fields, {HD_REF_ITEM | HD_REF_INDEXED});
      if (nodes[i].root >= 0) records.root(address(i), static_cast<uint8_t>(nodes[i].root), "root");
    }
    records.shape(n, kMeta, {}, {});
    records.root(kMeta, HD_ROOT_STATIC, "type");
    records.objects(n + 1);
    records.add({n, kMeta, 16, 1}, std::vector<uint64_t>{});
    for (uint32_t i = 0; i < n; ++i) {
      std::vector<uint64_t> targets;
      for (const uint32_t target : nodes[i].weak) targets.push_back(address(target));
      for (const uint32_t target : nodes[i].strong) targets.push_back(address(target));
      const uint8_t flags = HD_TRACKED | (nodes[i].immortal ? HD_IMMORTAL : 0);
      records.add({i, address(i), nodes[i].size, counts[i] + nodes[i].from_c, flags}, targets);
    }
    uint64_t references = 0;
    for (const Node& node : nodes) references += node.strong.size() + node.weak.size();
    return file_header() + meta_chunk() + chunk_of(HD_CHUNK_RECORDS, records.bytes()) +
           end_chunk(n + 1, references);
  }
};

}  // namespace heapdump::test
