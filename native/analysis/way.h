#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/type_roles.h"
#include "heap/heap_index.h"

namespace heapdump {

// The path to what gathers, step by step.
struct WayStep {
  uint32_t object;   // what it leads to; of several, one of them
  std::string text;  // as a path has it or, if it leads to several, a pattern
  // With what differs between places of one cause left open: keys, indexes, the thread of a thread-local, and
  // the name of an attribute if it leads to an object of the application, or to a function.
  std::string open;
  // What places of one cause have in common besides: the type behind an attribute that was left open, the
  // code of a function.
  std::string common;
};
using Way = std::vector<WayStep>;

// `name` of `.name`; empty for any other step.
std::string_view name_of(const WayStep& step);

// Whether a dict has the names of a module or of a class: each is a place of its own.
bool has_names(const HeapIndex& heap, const TypeRoles& roles, uint32_t dict);

// Of an object that is alive.
Way way_to(const HeapIndex& heap, const TypeRoles& roles, uint32_t id);

// Adds what members have beyond their holders, as `member` of them has it; an attribute whose name is not the
// same for all is left open. What has the attributes of an object adds nothing until it is known which of
// them.
void add_open_step(const HeapIndex& heap, const TypeRoles& roles, uint32_t member,
                   const std::vector<uint32_t>& members, Way& way);

// The first steps as one text, as joined_path() writes it.
std::string joined(const Way& way, size_t steps);

}  // namespace heapdump
