#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "index/heap_index.h"
#include "index/pages.h"

namespace heapdump {

// The paths of objects with what differs between like ones left open: `[…]` for a key, an index or an
// element, and
// `(.next)*` for steps that come again and again. Objects with one cause of being alive have one pattern.
class PathPatterns {
 public:
  explicit PathPatterns(const HeapIndex& heap);

  // A number of the pattern, from 1; 0 for garbage.
  uint32_t Of(uint32_t id);
  uint32_t count() const { return static_cast<uint32_t>(patterns_.size()); }
  std::string Spelled(uint32_t pattern) const;

 private:
  struct Pattern {
    uint32_t parent;
    uint32_t text;
    uint8_t period = 0;  // of the steps that end here, where they are repeated
  };

  uint32_t Root(uint32_t id);
  uint32_t Below(uint32_t parent, uint32_t holder, uint32_t held);
  uint32_t Made(uint32_t parent, const std::string& text);
  uint32_t Folded(uint32_t parent, uint32_t text);

  const HeapIndex& heap_;
  PageArray<uint32_t> of_;
  std::vector<Pattern> patterns_;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> numbers_;
  std::map<std::string, uint32_t, std::less<>> text_numbers_;
  std::vector<const std::string*> texts_;
  std::vector<uint32_t> way_;
};

}  // namespace heapdump
