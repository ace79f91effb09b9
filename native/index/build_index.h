#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "dump/read_dump.h"

namespace heapdump {

struct IndexSummary {
  bool built;  // false if a current index was there already
  uint64_t objects;
  uint64_t references;
  bool complete;
};

// How long the stages of building took, in seconds, for the benchmark.
struct StageTime {
  const char* stage;
  double seconds;
};

// Makes `index` the index of `dump` unless it is: a stale, foreign, cut or damaged one is replaced. Safe
// if several do it at once. Throws Error(kUnreadable) for the dump, Error(kUsage) if the index cannot
// be written.
IndexSummary ensure_index(const std::string& dump, const std::string& index, const Progress& progress,
                          std::vector<StageTime>* times = nullptr);

}  // namespace heapdump
