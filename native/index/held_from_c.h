#pragma once
#include <cstdint>
#include <vector>

#include "index/index_writer.h"
#include "index/layout.h"
#include "index/tables.h"

namespace heapdump {

// What an object's reference count says beside the references of the dump.
struct CountedReferences {
  std::vector<uint32_t> weak_targets;     // of references that do not count, in any order
  std::vector<LargeRow> large_refcounts;  // by id
};

// Gives each object that has no root and more references than the dump a root of kind `c`. For dumps that
// hold every reference and whose counts are exact; the referrers and the counts of types stand already.
void AddRootsFromC(uint32_t objects, CountedReferences counted, const IndexWriter& writer, Tables& tables);

}  // namespace heapdump
