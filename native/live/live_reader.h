#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "capture/inspection.h"
#include "capture/transcoder.h"
#include "capture/walk_task.h"
#include "live/page_cache.h"

extern "C" {
#include "live/live.h"
}

namespace heapdump {

// What is known of an address of a process that runs.
enum class Lives {
  kObject,
  kUntraversed,  // an object of a C type, which may keep more than what was read
  kUnmapped,     // no memory any more
  kFreed,
  kNoObject,
  kUnreadable,
  kChanging,  // read again and again, it was never twice the same
  kTooLarge,
};

// Reads single objects of a process that runs, without stopping it, as records of a dump
// (docs/dump-format.md): each with its references and, through them, with the types and contents of what it
// refers to. What it says of an object was so at one moment: it and all that it refers to were read twice,
// and were the same.
class LiveReader {
 public:
  // Throws Error(kCannotAttach) if the process cannot be read, or is another than that which started at
  // `start_ticks`.
  LiveReader(pid_t pid, uint64_t start_ticks, uint32_t content_limit);
  ~LiveReader();
  LiveReader(const LiveReader&) = delete;
  LiveReader& operator=(const LiveReader&) = delete;

  // One for each address. Throws Error if the process ends.
  std::vector<Lives> read(const std::vector<uint64_t>& addresses);
  // What was read, as a payload would send it.
  Transcript transcribe(Sink& sink);

 private:
  struct Read {
    hd_lives lives = HD_LIVES_NONE;
    std::string messages;
    uint64_t references = 0;
    bool operator==(const Read&) const = default;
  };
  // An object, the dict of its attributes, and what both refer to.
  struct Look {
    Read object, dict;
    uint64_t dict_at = 0;
    std::unordered_map<uint64_t, Read> referents;
    bool operator==(const Look&) const = default;
  };

  Read read_one(uint64_t address, bool with_references);
  Look look_at(uint64_t address);
  Lives settle(uint64_t address);
  void keep(uint64_t address, Look&& look);
  void take_message();
  void check_alive() const;

  Inspection target_;
  WalkTask task_;
  PageCache cache_;
  hd_walk walk_{};
  hd_process process_;
  hd_walker* walker_ = nullptr;

  // The message that is being written, and what was written of the object at hand.
  std::string message_;
  std::string messages_;
  std::unordered_set<uint64_t> met_;

  std::vector<std::string> definitions_;
  std::unordered_set<std::string> known_definitions_;
  std::unordered_map<uint64_t, Read> whole_, headers_;
  // By what was read of each: if it was read again since and differed, it was another moment.
  struct Used {
    uint64_t address;
    size_t hash;
  };
  std::unordered_map<uint64_t, std::vector<Used>> used_;
};

}  // namespace heapdump
