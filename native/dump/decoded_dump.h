#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "support/ids.h"
#include "support/page_array.h"

namespace heapdump {

constexpr uint64_t kAddressLimit = uint64_t{1} << 47;

// An object as it stood in the dump, in the order of the dump.
struct DecodedObject {
  uint64_t address;
  uint64_t first_reference;  // in the worker's `references`; with kContinued, in `continued`
  const uint8_t* content;    // a length (varint) and the bytes, or nullptr
  uint32_t shape;
  uint32_t size;      // kSaturated: see `large_sizes`
  uint32_t refcount;  // kSaturated: see `large_refcounts`
  uint32_t references : 31;
  uint32_t dropped : 1;  // stands in the dump a second time
};
constexpr uint32_t kSaturated = UINT32_MAX;

// Flags live beside the address, in bits that no address has.
constexpr int kFlagShift = 56;
constexpr uint64_t kContinued = uint64_t{1} << 55;
inline uint64_t address_of(const DecodedObject& object) { return object.address & (kAddressLimit - 1); }
inline uint8_t flags_of(const DecodedObject& object) {
  return static_cast<uint8_t>(object.address >> kFlagShift);
}

struct LargeValue {
  uint64_t address;
  uint64_t value;
};

// A REFERENCES record: more references of the object before it.
struct Continuation {
  uint32_t chunk;
  uint64_t before;  // objects of the worker decoded before this record
  uint64_t address;
  uint64_t position;
  uint64_t first_reference;
  uint64_t count;
};

// The part of a worker's objects that came from one chunk.
struct ChunkRange {
  uint32_t chunk;
  uint32_t worker;
  uint64_t first;
  uint64_t last;
};

struct TypeRecord {
  uint64_t address;
  uint64_t flags;
  std::string module;
  std::string name;
};

struct NamedReference {
  uint8_t kind;
  std::string label;
};

struct ShapeRecord {
  uint64_t id;
  uint64_t type;
  std::vector<NamedReference> named;
  std::vector<uint8_t> tail;
};

struct RootRecord {
  uint64_t address;
  uint8_t kind;
  std::string name;
};

struct ModuleRecord {
  uint64_t address;
  std::string name;
  std::string file;
};

struct ThreadRecord {
  uint64_t id;
  std::string name;
};

struct FrameRecord {
  uint64_t address;
  uint64_t thread;    // 0 if it is a greenlet's
  uint64_t greenlet;  // address; 0 if it is a thread's
  uint64_t depth;
  std::string function;
  std::string file;
  uint64_t line;
};

struct LocalRecord {
  uint64_t address;
  uint64_t thread, depth;  // of the frame
  std::string name;
};

struct SuspendedRecord {
  uint64_t object;   // address of a generator, coroutine or asynchronous generator
  uint64_t line;     // 0: not known
  uint64_t awaited;  // address; 0: nothing
  bool has_begun;
};

struct MappingRecord {
  uint64_t address;
  uint64_t size;
  uint8_t flags;
  std::string path;
  uint64_t resident, anonymous, swapped, huge;
};

struct PoolRecord {
  uint64_t address;
  uint64_t size;
  uint64_t block_size;
  uint64_t blocks;  // that have been used once
  uint64_t used;
  uint64_t objects;
};

struct MallocRecord {
  uint8_t kind;
  uint64_t address;
  uint64_t size;
  uint64_t used;
  uint64_t free;
  std::string problem;
};

struct SymbolRecord {
  uint64_t address;
  std::string name;
};

struct ChunksRecord {
  uint8_t use;
  uint64_t size;
  uint64_t first;
  uint64_t count;
  uint64_t bytes;
};

struct FinalizerRecord {
  uint64_t type;  // address
  uint8_t kind;   // hd_finalizer
};

// What tp_traverse does not report of the references of a shape.
struct UnreportedRecord {
  uint64_t shape;
  uint8_t also;  // hd_unreported
  std::vector<uint64_t> positions;
};

struct TypeMemoryRecord {
  uint64_t type;     // address
  uint64_t known;    // objects of which it is known what they own besides themselves
  uint64_t owned;    // the bytes that these do, which are part of their sizes
  uint64_t unknown;  // objects that own memory, or may, of which it is not known
};

struct PossibleHolderRecord {
  uint64_t holder;  // address
  uint64_t offset;
  uint64_t held;  // address
};

struct SourceRecord {
  uint64_t id;
  std::string file;
};

// The lines of a function, as [begin, end).
struct FunctionRecord {
  uint64_t source;
  std::string name;
  uint64_t first_line;
  std::vector<std::pair<uint64_t, uint64_t>> lines;
};

struct SiteRecord {
  struct Frame {
    uint64_t source;
    uint64_t line;
  };
  uint64_t id;
  uint64_t total;             // frames that the stack had
  std::vector<Frame> frames;  // innermost first
};

struct AllocationRecord {
  uint64_t object;  // address
  uint64_t site;
};

// The records that are few, and allocations, in the order of the dump.
struct Definitions {
  std::vector<TypeRecord> types;
  std::vector<ShapeRecord> shapes;
  std::vector<RootRecord> roots;
  std::vector<ModuleRecord> modules;
  std::vector<ThreadRecord> threads;
  std::vector<FrameRecord> frames;
  std::vector<LocalRecord> locals;
  std::vector<SuspendedRecord> suspended;
  std::vector<FinalizerRecord> finalizers;
  std::vector<uint64_t> finalized;  // addresses
  std::vector<UnreportedRecord> unreported;
  std::vector<MappingRecord> mappings;
  std::vector<PoolRecord> pools;
  std::vector<MallocRecord> mallocs;
  std::vector<ChunksRecord> chunks;
  std::vector<SymbolRecord> symbols;
  std::vector<TypeMemoryRecord> type_memory;
  std::vector<PossibleHolderRecord> possible_holders;
  std::vector<SourceRecord> sources;
  std::vector<FunctionRecord> functions;
  std::vector<SiteRecord> sites;
  std::vector<AllocationRecord> allocations;
};

// What one thread decoded, of the chunks that it took.
struct DecodedPart {
  PageArray<DecodedObject> objects;
  PageArray<uint64_t> references;  // addresses; 0 where a slot is not set
  std::vector<ChunkRange> ranges;
  std::vector<Continuation> continuations;
  std::vector<LargeValue> large_sizes;
  std::vector<LargeValue> large_refcounts;
  std::vector<std::pair<uint32_t, Definitions>> definitions;  // by chunk
  std::vector<std::unique_ptr<uint8_t[]>> contents;           // copies, if the source is not stable
  uint8_t* content_end = nullptr;                             // room in the last of them
  size_t content_room = 0;
  uint64_t damaged = 0;
};

// Decodes the payload of the RECORDS chunk number `chunk` into `part`. What follows a malformed record is
// left out and the chunk counted as damaged. Content is copied unless the payload is `stable`.
void decode_records(std::span<const uint8_t> payload, uint32_t chunk, uint32_t worker, bool stable,
                    DecodedPart& part);

}  // namespace heapdump
