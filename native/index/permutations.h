#pragma once
#include <cstdint>
#include <vector>

#include "index/index_writer.h"
#include "index/tables.h"
#include "index/written_column.h"

namespace heapdump {

// Places and writes the permutations by size and by type, of the columns that the writer's file holds, and
// counts the totals of the types.
void write_orders(uint32_t objects, const std::vector<LargeRow>& large_sizes, Tables& tables,
                  IndexWriter& writer);

// Writes the permutation by a column, largest first, ties by id; `large` has the values that did not fit, by
// id.
void write_descending(uint32_t objects, const WrittenColumn<uint32_t>& value,
                      const std::vector<LargeRow>& large, Section section, IndexWriter& writer);

}  // namespace heapdump
