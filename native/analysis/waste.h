#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/type_roles.h"
#include "heap/heap_index.h"
#include "heap/owners.h"
#include "support/bits.h"

namespace heapdump {

enum class WasteKind : uint8_t {
  kDuplicate,  // str and bytes of equal content
  kBoxes,      // numbers of equal value
  kEmpty,      // containers that hold nothing
  kSparse,     // containers with room for many more than they hold
  kSlots,      // instances whose class could have __slots__
};

struct Waste {
  WasteKind kind;
  uint32_t type;     // row of types()
  uint32_t example;  // id
  uint64_t count = 0;
  uint64_t size = 0;    // bytes that they take
  uint64_t wasted = 0;  // of these, the bytes that could be saved
  bool certain = true;  // false if contents were cut and compared as far as they go
  std::string owner;    // of the greater part of them (of a few, evenly among all), as object.owner; or empty
  std::string what;     // TYPE.attribute or TYPE[…] of what holds them; empty for duplicates and boxes
};

// The number of one kind from which it is reported; a sparse container is reported by itself.
constexpr uint64_t kMinWaste = 10;

// What is alive and takes more memory than it need, the worst first. No object is in two rows. What belongs
// to code (CodeParts) is left out, unless `all`, and what is not in `of`, unless that is nullptr.
std::vector<Waste> find_waste(const HeapIndex& heap, const TypeRoles& roles, Owners& owners, bool all,
                              const Bits* of = nullptr);

}  // namespace heapdump
