#pragma once
#include <functional>
#include <vector>

#include "dump/chunk_reader.h"
#include "dump/decoded_dump.h"

namespace heapdump {

// Gets how much of a stage is done, 0 ... 1; from any thread, one at a time.
using Progress = std::function<void(double)>;

// A dump decoded, as far as it could be read.
struct DecodedDump {
  std::vector<DecodedPart> parts;  // one of each worker
  std::vector<ChunkRange> ranges;  // in the order of the dump
  Definitions definitions;
  // The references of objects that go on in other chunks, piece by piece.
  std::vector<std::vector<std::span<const uint64_t>>> continued;
  Pairs meta;  // of META, then of END
  uint64_t objects = 0;
  uint64_t damaged = 0;           // chunks
  std::vector<Problem> problems;  // in the order of the dump; it is complete if there are none

  bool complete() const { return problems.empty(); }

  // Calls take(references), once or more, with the references of an object of part `worker` in their order.
  template <typename Take>
  void references(uint32_t worker, const DecodedObject& object, Take take) const {
    if ((object.address & kContinued) == 0) [[likely]] {
      take(std::span(parts[worker].references.data() + object.first_reference, object.references));
      return;
    }
    for (const std::span<const uint64_t> piece : continued[object.first_reference]) take(piece);
  }
};

// The source must live as long as the heap, which points into it. Throws Error(kUnreadable).
DecodedDump read_dump(DumpSource& source, const Progress& progress);

// What is missing or damaged of a dump as far as that can be known without decoding its records: checksums,
// and what its end says. Throws Error(kUnreadable).
std::vector<Problem> check_dump(DumpSource& source, const Progress& progress);

}  // namespace heapdump
