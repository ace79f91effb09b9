#include "analysis/holder_pattern.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "heap/category.h"

namespace heapdump {
namespace {

// Tells sets of objects apart: of two different ones both sums would have to be the same by chance.
struct SetKey {
  uint64_t count = 0, first = 0, second = 0;
  auto operator<=>(const SetKey&) const = default;

  void add(uint32_t id) {
    count++;
    first += mixed(id + 0x9e3779b97f4a7c15);
    second += mixed((id + uint64_t{1}) * 0xd6e8feb86659fd93);
  }
  static uint64_t mixed(uint64_t value) {
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
  }
};

// Some objects, each different set once.
struct Node {
  PatternRow row;  // but for its place
  SetKey key;
  std::vector<uint32_t> objects;  // until what holds them is found
  bool is_stop = false;
  bool is_open = true;            // what holds them was not looked for
  std::vector<uint32_t> holders;  // nodes
};

class Pattern {
 public:
  Pattern(Groupings& groupings, const PatternLimits& limits, const Avoid& avoid)
      : heap_(groupings.heap()),
        references_(groupings.references()),
        owners_(groupings.dict_owners()),
        kinds_(groupings.kinds()),
        categories_(heap_),
        limits_(limits),
        avoid_(avoid),
        found_(heap_.objects()) {}

  std::vector<PatternRow> of(const Bits& set) {
    Node top;
    bool is_of_one_kind = true;
    set.each([&](uint32_t id) {
      const uint32_t kind = kinds_.of(id);
      is_of_one_kind = is_of_one_kind && (top.objects.empty() || kind == top.row.kind);
      top.row.kind = kind;
      add(id, top);
    });
    if (top.objects.empty()) return {};
    if (!is_of_one_kind) top.row.kind = kNone;
    count_roots(set, [&](uint32_t) { top.row.roots++; });
    intern(std::move(top));

    write(0);
    for (uint32_t depth = 1; depth <= limits_.depth && !cut_.empty(); ++depth) {
      for (const uint32_t node : cut_) find_holders(node);
      std::vector<PatternRow> before = std::move(rows_);
      if (!write(depth)) return before;
    }
    return std::move(rows_);
  }

 private:
  void add(uint32_t id, Node& node) const {
    if (node.objects.empty()) node.row.example = id;
    node.objects.push_back(id);
    node.key.add(id);
    node.row.count++;
    node.row.size += heap_.size(id);
  }

  // `each(object)` of the objects of a set that a root holds.
  template <typename Each>
  void count_roots(const Bits& set, Each each) const {
    uint32_t last = kNone;
    for (const RootRow& root : heap_.roots()) {
      if (root.object < heap_.objects() && root.object != last && set[root.object]) each(root.object);
      last = root.object;
    }
  }

  uint32_t intern(Node node) {
    const auto [at, is_new] = numbers_.try_emplace(node.key, static_cast<uint32_t>(nodes_.size()));
    if (is_new) {
      const uint32_t id = node.row.example;
      node.is_stop = categories_[id] == Category::kModule || categories_[id] == Category::kType ||
                     heap_.type_name(id) == "code" || heap_.type_name(id) == "frame";
      nodes_.push_back(std::move(node));
    }
    return at->second;
  }

  // `each(holder)` of what holds an object, until it returns false.
  template <typename Each>
  void each_holder(uint32_t id, Each each) const {
    references_.holders(id, [&](uint32_t source, uint64_t position) {
      const uint32_t holder = owners_.whole(source);
      if (!avoid_.empty() && (avoid_.covers(heap_, source) || avoid_.covers(heap_, holder) ||
                              avoid_.covers_label(heap_, source, position))) {
        return true;
      }
      return each(holder);
    });
  }

  void find_holders(uint32_t number) {
    if (!nodes_[number].is_open) return;
    nodes_[number].is_open = false;
    const std::vector<uint32_t> objects = std::move(nodes_[number].objects);
    for (const uint32_t id : objects) {
      each_holder(id, [&](uint32_t holder) {
        found_.set(holder);
        return true;
      });
    }
    std::map<uint32_t, Node> by_kind;
    found_.each([&](uint32_t holder) {
      const uint32_t kind = kinds_.of(holder);
      Node& node = by_kind[kind];
      node.row.kind = kind;
      add(holder, node);
    });
    count_roots(found_, [&](uint32_t object) { by_kind[kinds_.of(object)].row.roots++; });
    std::ranges::fill(found_.words(), 0);

    std::vector<Node> holders;
    for (auto& [kind, node] : by_kind) holders.push_back(std::move(node));
    // As a partition by kind numbers them, so that a row can be named by `referrers(S)/kind:0`.
    std::ranges::sort(holders, {}, [](const Node& node) {
      return std::tuple(~node.row.size, ~node.row.count, node.row.example);
    });
    if (holders.size() > limits_.breadth) {
      nodes_[number].row.more = holders.size() - limits_.breadth;
      holders.resize(limits_.breadth);
    }
    for (Node& node : holders) {
      const uint32_t holder = intern(std::move(node));
      nodes_[number].holders.push_back(holder);
    }
  }

  bool is_held(const Node& node) const {
    if (!node.is_open) return !node.holders.empty();
    return std::ranges::any_of(node.objects, [&](uint32_t id) {
      bool is_held = false;
      each_holder(id, [&](uint32_t) {
        is_held = true;
        return false;
      });
      return is_held;
    });
  }

  // The rows down to a depth; false if there are too many. The first two levels are written in any case.
  bool write(uint32_t depth) {
    rows_.clear();
    cut_.clear();
    row_of_.assign(nodes_.size(), kNone);
    struct Place {
      uint32_t node, parent, depth, rank;
    };
    std::vector<Place> open{{0, kNone, 0, 0}};
    while (!open.empty()) {
      const auto [number, parent, at, rank] = open.back();
      open.pop_back();
      if (depth > 1 && rows_.size() >= limits_.rows) return false;
      const Node& node = nodes_[number];
      const auto place = static_cast<uint32_t>(rows_.size());
      PatternRow& row = rows_.emplace_back(node.row);
      row.parent = parent, row.depth = at, row.rank = rank;
      if (row_of_[number] != kNone) {
        row.end = PatternEnd::kSame;
        row.same = row_of_[number];
      } else if (!is_held(node)) {
        row.end = PatternEnd::kRoot;
      } else if (at > 0 && node.is_stop) {
        row.end = PatternEnd::kStop;
      } else if (at == depth) {
        row.end = PatternEnd::kDepth;
        cut_.push_back(number);
      }
      if (row_of_[number] == kNone) row_of_[number] = place;
      if (row.end != PatternEnd::kNone) {
        row.more = 0;
        continue;
      }
      for (size_t i = node.holders.size(); i-- > 0;) {
        open.push_back({node.holders[i], place, at + 1, static_cast<uint32_t>(i)});
      }
    }
    return true;
  }

  const HeapIndex& heap_;
  const StrongReferences& references_;
  const DictOwners& owners_;
  const ObjectKinds& kinds_;
  const Categories categories_;
  const PatternLimits limits_;
  const Avoid& avoid_;
  Bits found_;
  std::vector<Node> nodes_;
  std::map<SetKey, uint32_t> numbers_;
  std::vector<PatternRow> rows_;
  std::vector<uint32_t> row_of_;  // the first of a node
  std::vector<uint32_t> cut_;     // nodes at the greatest depth
};

}  // namespace

std::vector<PatternRow> holder_pattern(Groupings& groupings, const Bits& set, const PatternLimits& limits,
                                       const Avoid& avoid) {
  return Pattern(groupings, limits, avoid).of(set);
}

}  // namespace heapdump
