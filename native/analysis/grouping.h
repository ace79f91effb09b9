#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heap/dict_owners.h"
#include "heap/heap_index.h"
#include "heap/object_kinds.h"
#include "heap/object_tree.h"
#include "heap/owners.h"
#include "heap/path_patterns.h"
#include "heap/strong_references.h"
#include "heap/ways.h"

namespace heapdump {

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

  std::optional<std::string> name_or_none(uint32_t group) const {
    return group == kNone ? std::nullopt : std::optional(name(group));
  }
};

// The groupings of a heap, each made if it is asked for. To add one: a function that makes it and a row of
// kGroupings, both in grouping.cc.
class Groupings {
 public:
  explicit Groupings(const HeapIndex& heap);

  // `by` is a word of kGroupings, `referrers(…)` of one, or several with commas between. Throws Error(kUsage)
  // for anything else.
  Grouping& by(std::string_view by);

  const HeapIndex& heap() const { return heap_; }
  Owners& owners() { return owners_; }
  PathPatterns& patterns() { return patterns_; }
  const StrongReferences& references();
  const DictOwners& dict_owners();
  const ObjectKinds& kinds();
  Ways& ways();

 private:
  std::unique_ptr<Grouping> make(std::string_view by);

  const HeapIndex& heap_;
  Owners owners_;
  PathPatterns patterns_;
  std::optional<StrongReferences> references_;
  std::optional<DictOwners> dict_owners_;
  std::optional<ObjectKinds> kinds_;
  std::optional<Ways> ways_;
  std::map<std::string, std::unique_ptr<Grouping>, std::less<>> made_;
};

struct GroupingKind {
  const char* word;
  const char* description;  // what the objects of a group have in common
  std::unique_ptr<Grouping> (*make)(Groupings& groupings);
};
std::span<const GroupingKind> grouping_kinds();

}  // namespace heapdump
