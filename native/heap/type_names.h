#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "heap/heap_index.h"

namespace heapdump {

// A name that a module has for a type, if it is not the type's own: `asyncio.Task`.
struct TypeAlias {
  uint32_t type;  // object.id
  std::string name;
};

// By name.
std::vector<TypeAlias> type_aliases(const HeapIndex& heap);

// The types that a pattern names, as rows of types(): by the full name, the name without its module, or
// both with `*` and `?`; a `_` at the beginning is overlooked.
std::vector<uint32_t> types_named(const HeapIndex& heap, std::string_view pattern);
// The same by the names that other modules have for them.
std::vector<uint32_t> types_with_alias(const HeapIndex& heap, std::string_view pattern);

// The name of a type without its module, `Outer.Inner`; the whole name if it has none.
std::string_view name_in_module(const HeapIndex& heap, const TypeRow& type);

}  // namespace heapdump
