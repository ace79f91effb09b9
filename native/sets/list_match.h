#pragma once
#include <cstdint>

#include "sets/set_tree.h"

namespace heapdump {

// How what an object has compares with a list: whether it has only what the list says, and whether it has all
// of that.
struct ListMatch {
  static constexpr size_t kMaxTerms = 64;

  bool only = true;
  uint64_t found = 0;  // a bit for each term of the list

  // A member of what the object has, with the terms that name it.
  void add(uint64_t terms) {
    only = only && terms != 0;
    found |= terms;
  }
  bool is(Comparison comparison, size_t terms) const {
    const bool all = found == (terms == 64 ? ~uint64_t{0} : (uint64_t{1} << terms) - 1);
    switch (comparison) {
      case Comparison::kLess:
        return only && !all;
      case Comparison::kAtMost:
        return only;
      case Comparison::kMore:
        return all && !only;
      case Comparison::kAtLeast:
        return all;
      default:
        return only && all;
    }
  }
};

}  // namespace heapdump
