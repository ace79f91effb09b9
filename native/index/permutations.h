#pragma once
#include <cstdint>
#include <vector>

#include "index/index_writer.h"
#include "index/tables.h"

namespace heapdump {

// Places and writes the permutations by size and by type, of the columns that the writer's file holds, and
// counts the totals of the types.
void write_permutations(uint32_t objects, const std::vector<LargeRow>& large_sizes, Tables& tables,
                        IndexWriter& writer);

// The first kRanked ids by a column of u32, largest first, ties by id; `large` has the values that did not
// fit, by id.
void place_descending(uint32_t objects, Section section, IndexWriter& writer);
void write_descending(uint32_t objects, Section values, const std::vector<LargeRow>& large, Section section,
                      IndexWriter& writer);

}  // namespace heapdump
