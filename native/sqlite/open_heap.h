#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analysis/collection.h"
#include "analysis/grouping.h"
#include "analysis/joint.h"
#include "analysis/matching.h"
#include "analysis/tasks.h"
#include "heap/heap_index.h"
#include "heap/holders.h"
#include "heap/object_tree.h"
#include "support/page_array.h"

namespace heapdump {

class OpenHeaps;

// An index that a connection has open, with what is worked out from it when first asked for.
class OpenHeap : public HeapIndex {
 public:
  OpenHeap(const std::string& path, OpenHeaps& heaps) : HeapIndex(path), heaps_(heaps) {}

  Groupings& groupings();
  Owners& owners() { return groupings().owners(); }
  const ObjectTree& dominator_tree();
  const ObjectTree& path_tree();
  Holders& holders();
  const Tasks& tasks();
  // Throws Error(kUsage) as Collection does.
  const Collection& collection(int generation);
  // Of a task that has one in the dump; else empty.
  std::string_view task_name(uint32_t id);
  // With another heap, earlier or later.
  const Matching& matching(const std::shared_ptr<OpenHeap>& other);
  // What would be freed with several objects at once.
  Joint& joint();
  // The objects of a set (docs/sets.md); see SetSource::allows_absent.
  std::shared_ptr<const Bits> set(const std::string& text, bool allows_absent = false);
  // By row of types().
  const std::vector<uint64_t>& retained_by_type();
  // All ids, largest first, ties by id.
  const PageArray<uint32_t>& all_by_size();
  const PageArray<uint32_t>& all_by_retained();
  // The other heaps of the connection.
  OpenHeaps& heaps() { return heaps_; }

 private:
  OpenHeaps& heaps_;
  std::optional<Groupings> groupings_;
  std::optional<Joint> joint_;
  std::map<std::pair<std::string, bool>, std::shared_ptr<const Bits>> sets_;
  std::optional<Holders> holders_;
  std::optional<Tasks> tasks_;
  std::map<int, Collection> collections_;  // by generation
  std::optional<std::unordered_map<uint32_t, std::string>> task_names_;
  struct Matched {
    std::weak_ptr<OpenHeap> other;
    std::unique_ptr<Matching> matching;
  };
  std::map<const OpenHeap*, Matched> matchings_;
  std::optional<ObjectTree> dominator_tree_, path_tree_;
  std::optional<std::vector<uint64_t>> retained_by_type_;
  std::optional<PageArray<uint32_t>> all_by_size_, all_by_retained_;
};

// The heaps that a connection has open. The tables of a schema share one.
class OpenHeaps {
 public:
  std::shared_ptr<OpenHeap> open(const std::string& schema, const std::string& path);
  // Throws Error(kUsage) if that schema has no heap.
  std::shared_ptr<OpenHeap> of(const std::string& schema) const;
  // nullptr if it has none.
  std::shared_ptr<OpenHeap> find(const std::string& schema) const;

 private:
  std::map<std::string, std::weak_ptr<OpenHeap>> by_path_, by_schema_;
};

}  // namespace heapdump
