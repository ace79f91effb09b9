#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analysis/allocation.h"
#include "analysis/common_references.h"
#include "analysis/joint.h"
#include "analysis/way.h"
#include "heap/heap_index.h"
#include "heap/object_tree.h"
#include "heap/owners.h"

namespace heapdump {

enum class SuspectKind : uint8_t { kDominator, kGroup, kHeldByC, kGarbage };

// One of several places in which the same gathers.
struct SuspectPlace {
  std::string name;  // what tells it from the others in the path: `['k0']`; empty if nothing does
  int64_t growth;
};

// Below the objects of a suspect, like ones that have the greater part of what they retain.
struct Inside {
  std::string part;       // from one of the objects on, a key or an index left open; empty if there are none
  uint32_t type = kNone;  // row of types()
  uint64_t count = 0;
  uint64_t retained = 0;  // bytes, together
};

// What type of C code likely holds objects. A guess: most have a word that is the address of one of them,
// or there is one below each of them, and no other.
struct LikelyHolder {
  std::vector<uint32_t> types;     // rows of types(); of several it is one, and which is not known
  std::optional<uint32_t> offset;  // of the word, in bytes
  uint64_t count = 0;              // objects for which there is one
};

// In what the greater part of some tasks, coroutines or generators wait, if they do so alike.
struct CommonWait {
  std::string chain;  // `outer › middle › Event.wait`; empty: they do not wait alike, or at all
  std::string place;  // the innermost frame: `Event.wait /usr/lib/python3.12/asyncio/locks.py:213`
  std::string waits_for;
  std::string set_by;  // who could end it; empty if they differ
};

// A place where memory gathers, or several of one cause.
struct Suspect {
  SuspectKind kind;
  uint32_t type;           // row of types(): of what gathers
  uint64_t count = 0;      // objects of that type there
  uint64_t added = 0;      // of these, the ones that the first dump does not have
  uint64_t retained = 0;   // bytes that would be freed with all that gathers; of garbage, the size of all
  int64_t growth;          // bytes that came less bytes that went; of one dump, all bytes
  int64_t own_growth = 0;  // of the growth, what the holder in which they gather took itself, as a list does
  int64_t survived;  // bytes of the growth that the dump before the last has, too; 0 of fewer than three
  // Objects of types that own memory which is not known; new ones if there is a first dump.
  uint64_t may_own = 0;
  uint64_t address_reused = 0;  // of the new ones, those at an address that another object of their type had
  Way way;                      // empty for garbage
  size_t gathers = 0;           // steps of it to where it gathers: what is behind them came
  std::string owner;
  std::string code;                              // nearest_code()
  Allocation allocation{};                       // of the new ones; of one dump, of all
  std::unordered_map<uint32_t, uint64_t> sites;  // how many of these are of which site
  std::vector<std::string> also;                 // other names that modules have for the global in its way
  std::vector<SuspectPlace> places;              // the largest first; empty if it is one
  uint32_t
      place;  // id of the holder where it gathers, or that all places have; kNone for held by C and garbage
  int64_t weak = 0;                  // bytes by which weak references grew that were made for these objects
  bool passing = false;              // of three dumps: mark_passing()
  std::vector<uint32_t> members;     // what gathers; empty for garbage
  std::vector<uint32_t> sample;      // a few of what gathers, evenly among all
  uint32_t example;                  // id of the one that retains most
  uint32_t other = kNone;            // id of another one that tells something else
  std::string_view pattern{};        // pattern_of()
  std::vector<std::string> used_by;  // UsingCode::of()
  Inside inside;
  CommonWait wait;
  std::vector<CommonReference> common;  // common_references()
  // Id of the nearest holder of where they gather, or that itself, that is of the application.
  uint32_t keeper = kNone;
  LikelyHolder likely_holder;  // of what C holds
};

// What they gather in, or kNone.
inline uint32_t container_of(const Suspect& suspect) {
  return suspect.gathers == 0 || suspect.gathers > suspect.way.size()
             ? kNone
             : suspect.way[suspect.gathers - 1].object;
}

// The suspects of the last of several dumps of one process, best first. `first` is nullptr if there is but
// one dump; `before` is the dump before the last, nullptr if there are fewer than three.
//
// Growth is summed up along the paths from roots, and followed down as long as one object holds enough of it
// that was there in the first dump; if it scatters over many, it gathers there. What went is subtracted
// where it was.
std::vector<Suspect> find_leaks(const HeapIndex& last, const ObjectTree& paths, const ObjectTree& dominators,
                                Joint& joint, Owners& owners, const HeapIndex* first,
                                const HeapIndex* before);

}  // namespace heapdump
