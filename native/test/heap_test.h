#pragma once
#include <string>

#include "heap/heap_index.h"
#include "index/build_index.h"
#include "test/dump_writer.h"
#include "test/temporary_folder.h"

namespace heapdump::test {

// A test that opens heaps.
class HeapTest : public TemporaryFolder {
 protected:
  HeapIndex open_index(const std::string& dump, const std::string& name = "heap") const {
    write_file(path(name + ".bin"), dump);
    ensure_index(path(name + ".bin"), path(name), [](double) {});
    return HeapIndex(path(name));
  }
};

}  // namespace heapdump::test
