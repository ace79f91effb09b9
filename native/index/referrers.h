#pragma once
#include <cstdint>

#include "index/columns.h"
#include "index/index_writer.h"
#include "index/read_dump.h"

namespace heapdump {

// Places and writes the references backward, of the references forward that the writer's file holds.
void WriteReferrers(uint32_t objects, uint64_t positions, uint64_t references, IndexWriter& writer,
                    const Progress& progress);

}  // namespace heapdump
