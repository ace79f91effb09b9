#pragma once
#include <cstdint>

#include "heap/heap_index.h"
#include "support/hash_numbers.h"
#include "support/page_array.h"

namespace heapdump {

// Numbers what objects say: those of one number have the same content, cut at the same place.
class ContentClasses {
 public:
  explicit ContentClasses(const HeapIndex& heap) : heap_(heap) {}

  uint32_t count() const { return numbers_.count(); }
  // kNone for an object without content.
  uint32_t of(uint32_t id);
  // Of a text that is not a str's own, such as that of an int; kNone if no object that was asked for has it.
  uint32_t find(std::string_view bytes) const;
  // The first object that was asked for.
  uint32_t example(uint32_t number) const { return examples_[number]; }

 private:
  bool is_like(uint32_t number, const Content& content) const;

  const HeapIndex& heap_;
  HashNumbers numbers_;
  PageArray<uint32_t> examples_;
};

// A str as Python shows it, another object's content as it is; an ellipsis stands for what was cut.
std::string format_content(const Content& content);

}  // namespace heapdump
