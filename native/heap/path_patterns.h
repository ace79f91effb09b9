#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "heap/heap_index.h"
#include "heap/path_search.h"
#include "support/names.h"
#include "support/page_array.h"

namespace heapdump {

// The paths of objects with what differs between like ones left open: `[*]` for a key or an index,
// `<element *>`, and `(.next)*` for steps that come again and again. Objects with one cause of being alive
// have one pattern.
class PathPatterns {
 public:
  // Of the index's paths; of `paths`, which outlive this, if given.
  explicit PathPatterns(const HeapIndex& heap, const AvoidingPaths* paths = nullptr);

  // A number of the pattern, from 1; 0 for garbage, and for what `paths` do not reach.
  uint32_t of(uint32_t id);
  uint32_t count() const { return static_cast<uint32_t>(patterns_.size()); }
  std::string format(uint32_t pattern) const;

 private:
  struct Pattern {
    uint32_t parent;
    uint32_t text;
    uint8_t period = 0;  // of the steps that end here, if they are repeated
  };

  // The object, and up its path, while `go_on` says so.
  template <typename GoOn>
  void up(uint32_t id, GoOn go_on) const;
  uint32_t holder_of(uint32_t id) const;
  uint32_t root(uint32_t id);
  uint32_t below(uint32_t parent, uint32_t holder, uint32_t held);
  uint32_t intern(uint32_t parent, uint32_t text);
  uint32_t folded(uint32_t parent, uint32_t text);

  const HeapIndex& heap_;
  const AvoidingPaths* paths_;
  const Avoid avoid_;
  PageArray<uint32_t> of_;
  std::vector<Pattern> patterns_;
  std::unordered_map<uint64_t, uint32_t> numbers_;  // by parent and text
  Names texts_;
  uint32_t open_ = 0;  // text of the value of any key
  std::vector<uint32_t> way_;
};

}  // namespace heapdump
