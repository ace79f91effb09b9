#pragma once
#include <cstdint>
#include <vector>

#include "index/index_writer.h"
#include "index/tables.h"
#include "support/bits.h"

namespace heapdump {

// What a reference count says beside the references of the dump.
struct CountedReferences {
  std::vector<uint32_t> weak_targets;     // of references that do not count, in any order
  std::vector<LargeRow> large_refcounts;  // by id
};

// Objects that stay without any holder in the dump, by id.
struct Held {
  Bits rooted;       // by a root that has a name, by C code, or since they are immortal
  Bits unexplained;  // have more references than were found; among `rooted` if that tells of C code
};

// Gives each object that has no root and more references than the dump a root of kind `c`, if the dump
// holds every reference and its counts are exact (`exact`). Words of libraries' data (roots of kind `data`)
// explain as many of these references as they are; of objects without such references they are no roots. The
// referrers and the counts of types stand already.
Held find_held(uint32_t objects, CountedReferences counted, bool exact, const IndexWriter& writer,
               Tables& tables);

}  // namespace heapdump
