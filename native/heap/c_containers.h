#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "heap/heap_index.h"

namespace heapdump {

// What containers that are written in C hold: their structures have no names for it.

// A step from a contextvars.Context to its mapping, `<variables>`, from there to the value of a variable,
// `[<ContextVar user>]`, or to what leads there, which adds nothing. None if the step is no such one.
std::optional<std::string> context_step(const HeapIndex& heap, uint32_t holder, uint64_t position,
                                        uint32_t held);

// The variable whose value a context has there, or kNone.
uint32_t context_variable(const HeapIndex& heap, uint32_t holder, uint64_t position);

// Whether it is a function with functools.lru_cache.
bool is_lru_cache(const HeapIndex& heap, uint32_t id);

// How the caches of functools.lru_cache are written: `<lru_cache maxsize=128>`. Each is worked out once.
class LruCaches {
 public:
  explicit LruCaches(const HeapIndex& heap) : heap_(heap) {}
  const std::string& text(uint32_t function);

 private:
  const HeapIndex& heap_;
  std::unordered_map<uint32_t, std::string> texts_;
};

}  // namespace heapdump
