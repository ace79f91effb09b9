#pragma once
#include <cstdint>
#include <vector>

#include "capture/inspection.h"
#include "python/heap_layout.h"
#include "python/tracemalloc.h"
#include "python/type_declarations.h"

namespace heapdump {

// What is kept of the contents of objects.
struct ContentKept {
  uint32_t limit = 0;  // bytes of an object; 0: nothing
  // Of data, the keys of the dicts of modules, classes and instances alone.
  bool only_names = false;

  bool is_full() const { return limit != 0 && !only_names; }
};

// What the walker needs to know of a process, as far as it is known before the process is stopped.
struct WalkTask {
  // Throws Error(kCannotAttach) if the layout of the heap is not known, or is not the known one, and
  // Error(kUsage) if a types file has an error.
  WalkTask(const Inspection& target, ContentKept content, std::span<const TypesFile> types);

  ContentKept content;
  int32_t pid;
  uint64_t runtime;
  hd_layout layout;
  hd_types types;
  std::vector<hd_field> fields;
  TypeDeclarations declarations;
  std::vector<hd_image_data> image_data;
  bool has_glibc_malloc;
  Tracemalloc tracemalloc;  // as it is in the snapshot

 private:
  WalkTask(const Inspection& target, ContentKept content, std::span<const TypesFile> types,
           const CPythonLayout& row);
};

}  // namespace heapdump
