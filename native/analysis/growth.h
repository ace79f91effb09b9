#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "analysis/matching.h"
#include "heap/heap_index.h"
#include "heap/object_tree.h"
#include "support/page_array.h"

namespace heapdump {

// What each object of the last dump and all that is below it on the paths gained, in bytes. Without a first
// dump everything is a gain.
class Growth {
 public:
  Growth(const HeapIndex& last, const ObjectTree& tree, const HeapIndex* first, const HeapIndex* before);

  int64_t of(uint32_t id) const { return growth_[id]; }
  int64_t total() const { return total_; }
  // Of that, what the dump before the last has, too: of objects that came, and of those that grew where they
  // are.
  int64_t survived(uint32_t id) const { return survived_.size() == 0 ? 0 : survived_[id]; }
  int64_t total_survived() const { return total_survived_; }
  // Whether the first dump has the object, or one that it is the successor of; without a first dump all are
  // there.
  bool was_there(uint32_t id) const { return !match_ || !match_->is_new(id) || continues_[id]; }
  bool is_new(uint32_t id) const { return match_ && match_->is_new(id); }
  bool address_reused(uint32_t id) const { return match_ && match_->address_reused(id); }
  bool has_first() const { return match_.has_value(); }
  // Bytes that went with places where paths began, of a kind of root and a type's name; not above 0.
  int64_t gone_from_top(uint32_t root_kind, std::string_view type) const;
  // Its id in the dump before the last, or kNone.
  uint32_t in_before(uint32_t id) const { return match_before_ ? match_before_->in_old(id) : kNone; }
  bool was_before(uint32_t id) const { return in_before(id) != kNone; }
  bool has_before() const { return survived_.size() != 0; }

  // What the object itself gained.
  int64_t own(uint32_t id) const;
  int64_t own_survived(uint32_t id) const;
  // Of an object that is garbage: its bytes if it was none in the first dump, and the dump before the last
  // has it.
  int64_t garbage_survived(uint32_t id) const;

 private:
  void charge(const HeapIndex& last, const ObjectTree& tree, const HeapIndex& first);

  const HeapIndex& last_;
  const HeapIndex* first_;
  const HeapIndex* before_;
  std::optional<Matching> match_, match_before_;
  PageArray<int64_t> growth_, survived_;
  Bits continues_;  // successors of what went
  std::map<std::pair<uint32_t, std::string_view>, int64_t> gone_from_top_;
  int64_t total_ = 0, total_survived_ = 0;
};

}  // namespace heapdump
