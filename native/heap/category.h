#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "heap/heap_index.h"

namespace heapdump {

// What an object is to the naming of places.
enum class Category : uint8_t {
  kOther,
  kModule,
  kType,
  kDict,
  kCell,
  kFunction,
  kFrame,   // a frame, or a generator, coroutine or asynchronous generator with its frame
  kTask,    // asyncio's or trio's
  kFuture,  // of asyncio, without tasks
  kTimer,   // what an event loop calls, at a time or soon
  kThreadLocal,
  kContextNode,  // of the mapping in a contextvars.Context
};

class Categories {
 public:
  explicit Categories(const HeapIndex& heap);
  // Of the instances of a type, by row of types().
  Category of_type(uint32_t type) const { return by_type_[type]; }
  Category operator[](uint32_t id) const {
    const Category category = of_type(heap_.type(id));
    return category == Category::kOther && heap_.type_of_object(id) != kNone ? Category::kType : category;
  }

 private:
  const HeapIndex& heap_;
  std::vector<Category> by_type_;
};

// The qualified name that the content of a frame, function or coroutine begins with, or that its field
// `__qualname__` has; `<unknown>` if the dump has neither.
std::string qualified_name(const HeapIndex& heap, uint32_t id);

// The classes of a class in the order in which Python looks names up, as rows that target() takes; none if
// the dump does not have them.
Range bases_of(const HeapIndex& heap, uint32_t type_object);

// The names of these classes, ', ' between; empty if the dump does not have them.
std::string mro_text(const HeapIndex& heap, uint32_t type_object);

// What the field of that name refers to, or kNone.
uint32_t field_of(const HeapIndex& heap, uint32_t id, std::string_view label);

}  // namespace heapdump
