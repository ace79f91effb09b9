#pragma once
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "heap/heap_index.h"

namespace heapdump {

// What stands under a name in the `__dict__` of modules and of types, as far as the dump has it. Tables are
// made of those that are asked for, and kept.
class Namespaces {
 public:
  using Names = std::unordered_map<std::string_view, uint32_t>;

  explicit Namespaces(const HeapIndex& heap)
      : heap_(heap), mros_(heap.types().size()), thread_local_(heap.types().size()) {}

  // The values of the keys that are exactly str.
  const Names& names(uint32_t dict);
  // The value of a key that is that very str; kNone if there is none.
  uint32_t entry(uint32_t dict, std::string_view name);
  // The module that has that name in sys.modules, or kNone.
  uint32_t module(std::string_view name);

  // What the classes of a type (row of types()) define under that name, as Python looks it up for an
  // instance; kNone if nothing.
  uint32_t class_attribute(uint32_t type, std::string_view name);
  enum class Knowledge : uint8_t {
    kNone,   // the dump does not describe types
    kParts,  // something of these classes was lost
    kAll,
  };
  Knowledge knowledge(uint32_t type);
  // Whether it is threading.local or derived from it.
  bool is_thread_local(uint32_t type);

 private:
  struct Mro {
    bool is_known = false;
    Knowledge knowledge = Knowledge::kAll;
    std::vector<uint32_t> dicts;
  };

  const Mro& mro_of(uint32_t type);

  const HeapIndex& heap_;
  std::unordered_map<uint32_t, Names> names_;  // by dict
  std::vector<Mro> mros_;                      // by row of types()
  enum class Answer : uint8_t { kNotAsked, kNo, kYes };
  std::vector<Answer> thread_local_;  // by row of types()
  std::unordered_map<std::string_view, uint32_t> modules_;
};

// The text of an object that is exactly a str, if the dump has it whole.
std::optional<std::string_view> whole_str(const HeapIndex& heap, uint32_t id);

bool is_type_object(const HeapIndex& heap, uint32_t id);

}  // namespace heapdump
