#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "heap/heap_index.h"
#include "heap/object_tree.h"
#include "heap/owners.h"
#include "heap/path_patterns.h"

namespace heapdump {

// A group as it is in one heap.
struct GroupTotals {
  uint32_t group = kNone;  // kNone for what is in no group
  uint64_t count = 0;
  uint64_t size = 0;         // bytes
  uint64_t retained = 0;     // bytes that would be freed with any one of them, at least (group_retained.h)
  uint32_t example = kNone;  // the lowest id
};

// Objects divided by what they have in common. Groups are numbered from 0. Those of two heaps are matched by
// name; groups of one heap with the same name, such as two classes, then count as one.
class Grouping {
 public:
  virtual ~Grouping() = default;

  // The group of an object, or kNone if it is in none.
  virtual uint32_t of(uint32_t id) = 0;
  // The number of groups; it may grow with each object that is asked for.
  virtual uint32_t count() const = 0;
  virtual std::string name(uint32_t group) const = 0;
  // The type of which a group has the instances; nullptr if groups are not of types.
  virtual const TypeRow* type(uint32_t) const { return nullptr; }
  // Count, size and example of each group, by its number, if the index has them; else empty.
  virtual std::vector<GroupTotals> known_totals() const { return {}; }

  std::optional<std::string> name_or_none(uint32_t group) const {
    return group == kNone ? std::nullopt : std::optional(name(group));
  }
};

// The groupings of a heap, each made if it is asked for. To add one: a function that makes it and a row of
// kGroupings, both in grouping.cc.
class Groupings {
 public:
  explicit Groupings(const HeapIndex& heap);

  // Throws Error(kUsage) if no grouping has that word.
  Grouping& by(const std::string& word);

  const HeapIndex& heap() const { return heap_; }
  Owners& owners() { return owners_; }
  PathPatterns& patterns() { return patterns_; }

 private:
  const HeapIndex& heap_;
  Owners owners_;
  PathPatterns patterns_;
  std::map<std::string, std::unique_ptr<Grouping>> made_;
};

struct GroupingKind {
  const char* word;
  const char* description;  // what the objects of a group have in common
  std::unique_ptr<Grouping> (*make)(Groupings& groupings);
};
std::span<const GroupingKind> grouping_kinds();

// Each group that has objects, and what is in no group, by their lowest ids. `retained` stays 0 without
// `dominators`. `wanted` says of an id whether it counts.
std::vector<GroupTotals> group_totals(const HeapIndex& heap, const ObjectTree* dominators, Grouping& grouping,
                                      const std::function<bool(uint32_t)>& wanted = nullptr);

}  // namespace heapdump
