#pragma once
#include <string_view>

#include "analysis/tasks.h"

namespace heapdump {

// Where tasks were created, if asyncio's debug mode kept it, or tracemalloc traced.
class TaskCreations {
 public:
  explicit TaskCreations(const HeapIndex& heap);
  Creation of(uint32_t task) const;

 private:
  Creation in_stack(uint32_t stack) const;
  Creation in_site(uint32_t site) const;
  Creation in_frame(uint32_t frame) const;
  std::string file(uint32_t name) const;
  bool is_own(std::string_view file) const;

  const HeapIndex& heap_;
  std::string_view asyncio_;  // the folder of the package
};

}  // namespace heapdump
