#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "heap/content_classes.h"
#include "heap/dict_owners.h"
#include "support/names.h"
#include "support/page_array.h"

namespace heapdump {

// In which ways objects refer to others: `.name` of a value in a `__dict__`, in the object or in a slot,
// `['k']` and `[3]` of what dicts and sequences have, `.keys()`, `.f_locals['x']`, `<element>` of a set. A
// way says nothing of the holder, and those with one name are one.
class Ways {
 public:
  Ways(const HeapIndex& heap, const DictOwners& owners);

  // A number of the way of the reference at a position. Of an entry of a dict that has an object's
  // attributes, the way in which that object refers to it.
  uint32_t of(uint32_t source, uint64_t position);
  // As a dict by itself has it: `['name']` of an attribute, too.
  uint32_t of_plain_dict(uint32_t source, uint64_t position) { return of(source, position, true); }
  std::string name(uint32_t way) const;
  // Whether it is a key or an index.
  static bool is_subscript(uint32_t way) { return (way & kTags) != kNamed; }

  // The same with the keys and indexes left open that only one holder in the heap uses: those are `[…]`.
  uint32_t shown(uint32_t way);

 private:
  enum Tag : uint32_t { kNamed = 0, kKey = 1u << 30, kIndex = 2u << 30, kObject = 3u << 30, kTags = kObject };
  static constexpr uint32_t kNumber = ~static_cast<uint32_t>(kTags);

  uint32_t of(uint32_t source, uint64_t position, bool is_plain);
  uint32_t named(const std::string& name) { return names_.number(name); }
  uint32_t field(uint32_t row);
  uint32_t value(uint32_t source, uint64_t position, bool is_plain);
  uint32_t key_class(uint32_t key);
  uint32_t attribute(uint32_t key);
  void count_users();
  uint32_t holders_of_index(uint32_t index) const;

  const HeapIndex& heap_;
  const DictOwners& owners_;
  Names names_;
  uint32_t keys_, element_, unnamed_, open_;  // numbers of names
  std::vector<uint32_t> of_field_;            // way + 1, by row of fields()
  ContentClasses contents_;                   // of keys
  PageArray<uint32_t> class_of_key_;          // by id: class + 1
  PageArray<uint32_t> attribute_;             // by class of the key: way + 1; kNoName + 1
  bool counted_ = false;
  std::vector<uint32_t> users_;                             // of a key, by its class
  std::vector<uint32_t> longer_;                            // by index: sequences that have it
  std::unordered_map<uint32_t, uint32_t> users_of_object_;  // of a key without content that several use
};

}  // namespace heapdump
