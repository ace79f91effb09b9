#pragma once
#include <cstdint>

#include "dump/read_dump.h"
#include "index/columns.h"
#include "index/index_writer.h"

namespace heapdump {

// Places and writes the references backward, of the references forward that the writer's file holds.
void write_referrers(uint32_t objects, uint64_t positions, uint64_t references, IndexWriter& writer,
                     const Progress& progress);

}  // namespace heapdump
