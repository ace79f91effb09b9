#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "heap/path_step.h"

namespace heapdump {

// A reference as a person sees it: an entry of an instance's `__dict__` is an attribute of the instance, and
// so is one of the dicts that a thread-local has, one for each thread.
struct Hold {
  uint32_t holder;
  uint32_t held;
  PathStep step;  // the reference itself; its holder is the `__dict__` if it goes through one
};

// hd_reference_kind.
uint8_t kind_of(const HeapIndex& heap, const Hold& hold);
std::optional<std::string> label_of(const HeapIndex& heap, const Hold& hold);
// What it adds to the path of the holder.
std::string format_hold(const HeapIndex& heap, const Hold& hold);

class Holders {
 public:
  explicit Holders(const HeapIndex& heap) : heap_(heap) {}

  // The one object whose attributes a dict has, or of a thread-local the dicts that have them; kNone if it is
  // an ordinary dict, or has other holders.
  uint32_t owner_of_dict(uint32_t id);

  // Whether an entry of a `__dict__` is an attribute to which its owner refers by itself, too: since
  // CPython 3.13 both refer to the values, which lie in the instance.
  bool is_twice(const Hold& hold) const;

  // A reference to something, by what holds that. None for a key of a dict that has the same object as a
  // value, since that says more, and for what is_twice().
  std::optional<Hold> to_held(uint32_t source, uint64_t position, uint32_t target);

 private:
  uint32_t find_owner(uint32_t id) const;
  bool is_dict(uint32_t id) const { return heap_.type_name(id) == "dict"; }
  // The thread-local that has the dicts of its threads in this one; kNone if it is none.
  uint32_t thread_local_of(uint32_t id) const;

  const HeapIndex& heap_;
  std::unordered_map<uint32_t, uint32_t> owners_;
};

}  // namespace heapdump
