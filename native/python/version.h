#pragma once
#include <string>
#include <vector>

#include "process/elf.h"
#include "process/maps.h"
#include "process/memory.h"

namespace heapdump {

struct Version {
  int major = 0;
  int minor = 0;
  // As CPython spells it: `3.11.7`, `3.13.0rc2`.
  std::string text;
};

// The version of the CPython in `image`, from what lies in its memory: `Py_Version` (3.11 and newer), or else
// the strings that were compiled into it. Major is 0 if it is not known.
Version read_version(const Memory& memory, const std::vector<Mapping>& maps, const ElfImage& image);

}  // namespace heapdump
