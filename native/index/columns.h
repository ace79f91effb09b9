#pragma once
#include <cstdint>
#include <vector>

#include "dump/read_dump.h"
#include "index/address_ids.h"
#include "index/index_writer.h"
#include "index/tables.h"

namespace heapdump {

// The objects of a dump in the order of their ids, and what the columns will take.
struct Numbering {
  PageArray<uint32_t> objects;  // by id: worker and place in its part, packed
  uint64_t duplicates = 0;
  uint64_t positions = 0;
  uint64_t content_bytes = 0;
  // Positions and bytes of content before each run of kRun ids.
  std::vector<uint64_t> positions_before;
  std::vector<uint64_t> content_before;

  static constexpr uint32_t kRun = 1 << 15;
};

// Marks the objects that stand in the dump a second time, and fills `ids`.
Numbering number_objects(DecodedDump& heap, AddressIds& ids);

struct ColumnTotals {
  uint64_t references = 0;
  uint64_t dangling = 0;               // references to addresses that no object has
  LargeValues large;                   // without `retained`
  std::vector<uint32_t> weak_targets;  // in any order
};

// A column of offsets, ascending, one more than there are objects: a base for every kBlock ids, and
// differences.
void place_offsets(IndexWriter& writer, Section base, Section delta, uint64_t objects);
// `first` is a multiple of kBlock; `before` is added to each offset.
void write_offsets(IndexWriter& writer, Section base, Section delta, uint64_t first, uint64_t before,
                   std::span<const uint64_t> offsets);

// Places and writes the columns by id, the contents and the references forward.
ColumnTotals write_columns(const DecodedDump& heap, const Numbering& numbering, const AddressIds& ids,
                           const Tables& tables, IndexWriter& writer, const Progress& progress);

}  // namespace heapdump
