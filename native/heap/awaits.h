#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "heap/category.h"
#include "heap/heap_index.h"

namespace heapdump {

// What a task runs: its coroutine, or kNone.
uint32_t coroutine_of(const HeapIndex& heap, uint32_t task);

// As its get_name() says it, or as trio shows it; empty if it is not known.
std::string task_name(const HeapIndex& heap, uint32_t task);

// What a task or a coroutine waits in, from the outside in.
struct AwaitChain {
  struct Link {
    uint32_t object;   // a generator, coroutine or asynchronous generator; kNone: `name` hands on
    std::string name;  // its function; `gather of 3`, `shield`, `wait_for`
  };
  std::vector<Link> links;
  // What the innermost waits for: a future, a task, an object with `__await__`; kNone: nothing that it
  // awaits.
  uint32_t end = kNone;
};

// The chain from a task, a coroutine, a generator or an asynchronous generator on: by what each awaits,
// through objects that C code makes for asynchronous generators, and through asyncio's gather, shield and
// wait_for.
AwaitChain await_chain(const HeapIndex& heap, const Categories& categories, uint32_t start);

// Its names: `outer › middle › Event.wait`.
std::string format_chain(const AwaitChain& chain);

bool is_generator(std::string_view type);

}  // namespace heapdump
