#pragma once
#include <cstdint>
#include <vector>

#include "index/index_writer.h"
#include "index/tables.h"

namespace heapdump {

// Places and writes the permutations by size and by type, of the columns that the writer's file holds, and
// counts the totals of the types.
void WriteOrders(uint32_t objects, const std::vector<LargeRow>& large_sizes, Tables& tables,
                 IndexWriter& writer);

}  // namespace heapdump
