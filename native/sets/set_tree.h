#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace heapdump {

// One way as a set names it: `.name`, `['k']`, `[3]`, `[*]`, `.*`, `.keys()`; with `*` and `?` if is_glob.
struct WayPattern {
  std::string text;
  bool is_glob = false;
  size_t at = 0;
};

enum class Comparison : uint8_t { kEqual, kUnequal, kLess, kAtMost, kMore, kAtLeast };

// An expression that stands for a set of objects, as it was written.
struct SetTree {
  enum Kind : uint8_t {
    kAll,
    kAlive,
    kGarbage,
    kNew,
    kKept,
    kUnion,
    kBoth,
    kLeft,    // of the first what the second has not
    kEither,  // but not both
    kNot,
    kName,     // a type, perhaps with steps behind it: `names`
    kQuoted,   // a type by its exact name: `text`
    kAddress,  // `number`
    kStep,     // `ways`, one
    kRow,      // `number` of the partition `text`
    kReferrers,
    kReferents,
    kReach,
    kFreed,
    kHolders,
    kSubtypes,  // `text`
    kSize,      // `comparison`, `number`
    kModule,    // `text`, as the next ones
    kOwner,
    kRoot,
    kContent,
    kBy,   // `comparison`, `names`
    kVia,  // `comparison`, `ways`
  };

  Kind kind = kAll;
  size_t at = 0;  // where it begins in the text
  std::vector<SetTree> of = {};
  std::string text = {};
  uint64_t number = 0;
  Comparison comparison = Comparison::kEqual;
  std::vector<std::pair<std::string, size_t>> names = {};  // and where each begins
  std::vector<WayPattern> ways = {};
};

}  // namespace heapdump
