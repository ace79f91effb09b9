// The index file: a header of one page, then sections, each at the start of a page, in the byte order of the
// machine. Ids are dense, in the order of the addresses; NIL is kNone.
#pragma once
#include <cstdint>
#include <vector>

namespace heapdump {

constexpr char kIndexMagic[8] = {'H', 'D', 'I', 'N', 'D', 'E', 'X', '\n'};
constexpr uint32_t kIndexVersion = 16;
constexpr uint64_t kPage = 4096;
constexpr uint32_t kBlock = 64;  // ids that share a base in a column of offsets

// Most values of a column of u32 are below 2^16. Of a split column, the low halves are a section of u16. The
// next section has a u32 for each kSplitBlock rows: 0 if their high halves are all 0, else 1 + where in the
// third section their words are. The first of these u64 says by a bit for each row whether its high half is
// not 0; the halves that are not follow, four in a word, the first in the low bits.
constexpr uint32_t kSplitBlock = 64;

// As many of the largest objects are in order in the file. Who asks for more sorts: that takes less time than
// to read so many.
constexpr uint32_t kRanked = 1 << 16;

enum class Section : uint32_t {
  kAddressBase,   // u64 by id / kBlock: address of the first of them
  kAddressDelta,  // split, by id: difference in units of 8 bytes; UINT32_MAX: see kFarAddresses
  kAddressDeltaBlocks,
  kAddressDeltaHigh,
  kShape,  // split, by id: row of kShapes
  kShapeBlocks,
  kShapeHigh,
  kSize,  // split, by id; UINT32_MAX: see kLargeSizes
  kSizeBlocks,
  kSizeHigh,
  kRefcount,      // u16 by id; UINT16_MAX: see kLargeRefcounts, where immortal objects are not
  kFlags,         // u8 by id: hd_object_flag
  kContentBase,   // u64 by id / kBlock; offsets into kContent, n + 1 of them
  kContentDelta,  // split, by id
  kContentDeltaBlocks,
  kContentDeltaHigh,
  kContent,    // bytes
  kEdgeBase,   // u64 by id / kBlock; offsets into kEdgeTo, n + 1 of them
  kEdgeDelta,  // split, by id
  kEdgeDeltaBlocks,
  kEdgeDeltaHigh,
  kEdgeTo,         // u32: id, or NIL if the position holds no reference or its target is not in the dump
  kReferrerBase,   // u64 by id / kBlock; offsets into the columns of referrers, n + 1 of them
  kReferrerDelta,  // split, by id
  kReferrerDeltaBlocks,
  kReferrerDeltaHigh,
  kReferrerSource,    // u32: id
  kReferrerPosition,  // split: position among the source's references
  kReferrerPositionBlocks,
  kReferrerPositionHigh,
  kBySize,     // u32: the first kRanked ids, largest first, ties by id
  kByType,     // u32: ids, by row of kTypes, then by id
  kDominator,  // u32 by id: the immediate dominator; NIL at the top and for garbage
  kRetained,   // split, by id: bytes; UINT32_MAX: see kLargeRetained
  kRetainedBlocks,
  kRetainedHigh,
  kByRetained,  // u32: the first kRanked ids, those that retain most first, ties by id
  kPathParent,  // u32 by id: the holder on the path from a root; itself where the path begins; NIL: garbage
  kDepth,       // split, by id: the references on that path
  kDepthBlocks,
  kDepthHigh,
  kSite,            // u32 by id: 1 + row of kSites, 0: not known; empty if no object has one
  kFarAddresses,    // LargeRow by id
  kLargeSizes,      // LargeRow by id
  kLargeRefcounts,  // LargeRow by id
  kLargeRetained,   // LargeRow by id
  kTypes,           // TypeRow
  kTypeOfObject,    // TypeOfObjectRow by object
  kShapes,          // ShapeRow
  kFields,          // FieldRow
  kRoots,           // RootRow by object
  kModules,         // ModuleRow
  kThreads,         // ThreadRow
  kFrames,          // FrameRow
  kLocals,          // LocalRow
  kSuspended,       // SuspendedRow by object
  kFinalized,       // u32: ids in order
  kMappings,        // MappingRow by address
  kPools,           // PoolRow by address
  kMallocs,         // MallocRow by address
  kChunks,          // ChunksRow, those of most bytes first
  kPossible,        // PossibleHolderRow by held
  kSites,           // SiteRow
  kSiteFrames,      // SiteFrameRow, those of a site one after another
  kMeta,            // MetaRow
  kStrings,         // bytes
  kCount,
};
// The sections of the high halves of a split column.
constexpr Section blocks_of(Section split) { return static_cast<Section>(static_cast<uint32_t>(split) + 1); }
constexpr Section high_of(Section split) { return static_cast<Section>(static_cast<uint32_t>(split) + 2); }

constexpr uint32_t kSections = static_cast<uint32_t>(Section::kCount);
// The sections from here on are small; the header holds their checksum.
constexpr Section kFirstSmall = Section::kFarAddresses;

// No heap has so many references to one object; 3.11 counts those that lie in its own file from 999,999,999
// on.
constexpr uint64_t kNeverReached = 900'000'000;

struct SectionPlace {
  uint64_t offset;
  uint64_t bytes;
};

struct IndexHeader {
  char magic[8];
  uint32_t version;
  uint32_t small_crc;  // of the bytes of the small sections, one after another
  uint64_t dump_size;
  int64_t dump_modified_ns;
  uint64_t file_size;
  uint64_t objects;
  uint64_t references;  // without those to types
  uint64_t complete;
  char dump_id[64];  // padded with zeros
  SectionPlace sections[kSections];
  uint32_t crc;  // of all before it
};
static_assert(sizeof(IndexHeader) <= kPage);

struct StringRef {
  uint32_t offset;
  uint32_t length;
};

// A value that does not fit its column.
struct LargeRow {
  uint64_t id;
  uint64_t value;
};

// By column, by id.
struct LargeValues {
  std::vector<LargeRow> far_addresses;
  std::vector<LargeRow> sizes;
  std::vector<LargeRow> refcounts;
  std::vector<LargeRow> retained;
};

constexpr uint64_t kCollected = uint64_t{1} << 14;          // Py_TPFLAGS_HAVE_GC
constexpr uint64_t kHeapType = uint64_t{1} << 9;            // Py_TPFLAGS_HEAPTYPE
constexpr uint64_t kTypeSubclass = uint64_t{1} << 31;       // Py_TPFLAGS_TYPE_SUBCLASS
constexpr uint64_t kExceptionSubclass = uint64_t{1} << 30;  // Py_TPFLAGS_BASE_EXC_SUBCLASS

struct TypeRow {
  uint64_t address;  // 0: not known
  uint64_t flags;    // tp_flags
  uint64_t count;
  uint64_t size;
  uint64_t first;  // in kByType
  // Of what its objects own besides themselves, see TypeMemoryRecord.
  uint64_t memory_known, owned, memory_unknown;
  StringRef name;
  StringRef module;
  uint32_t object;     // id or NIL
  uint32_t finalizer;  // hd_finalizer
};

struct TypeOfObjectRow {
  uint32_t object;
  uint32_t type;
};

struct ShapeRow {
  uint32_t type;
  uint32_t first_field;
  uint32_t named;
  uint8_t tail_count;
  uint8_t tail[4];
  uint8_t unreported;  // hd_unreported
  uint8_t unused[2];
};

struct FieldRow {
  StringRef label;
  uint32_t kind;
  uint32_t is_unreported;  // tp_traverse does not report it
};

struct RootRow {
  uint32_t object;
  uint32_t kind;
  StringRef name;
};

struct ModuleRow {
  uint32_t object;  // or NIL
  StringRef name;
  StringRef file;
};

struct ThreadRow {
  uint64_t id;
  StringRef name;
};

struct FrameRow {
  uint64_t thread;  // 0 if it is a greenlet's
  uint64_t depth;
  uint64_t line;
  uint32_t object;  // or NIL
  StringRef function;
  StringRef file;
  uint32_t greenlet;  // the suspended greenlet that it is of, or NIL
};

// A local of a function that a thread runs.
struct LocalRow {
  uint64_t thread;
  uint64_t depth;
  StringRef name;
  uint32_t object;  // or NIL
  uint32_t unused;
};

// Where a generator, a coroutine or an asynchronous generator waits that does not run.
struct SuspendedRow {
  uint32_t object;
  uint32_t awaited;  // what its `await` or `yield from` waits for, or NIL
  uint32_t line;     // 0: not known
  uint32_t has_begun;
};

struct MappingRow {
  uint64_t address;
  uint64_t size;
  uint64_t resident;
  uint64_t anonymous;
  uint64_t swapped;
  uint64_t huge;
  StringRef path;
  uint32_t flags;  // hd_mapping_flag
  uint32_t unused;
};

struct PoolRow {
  uint64_t address;
  uint32_t size;
  uint16_t block_size;
  uint16_t blocks;
  uint16_t used;
  uint16_t objects;
  uint32_t unused;
};

struct MallocRow {
  uint64_t address;
  uint64_t size;
  uint64_t used;
  uint64_t free;
  StringRef problem;
  uint32_t kind;  // hd_malloc_kind
  uint32_t unused;
};

struct ChunksRow {
  uint64_t size;  // 0: of various sizes
  uint64_t first;
  uint64_t count;
  uint64_t bytes;
  StringRef symbol;
  uint32_t use;  // hd_chunk_use
  uint32_t unused;
};

// A word of an object of C code that has the address of one that C code holds: perhaps that is its holder.
struct PossibleHolderRow {
  uint32_t held;
  uint32_t holder;
  uint32_t offset;
};

// Where objects were allocated: a stack, innermost frame first.
struct SiteRow {
  uint32_t first_frame;
  uint32_t frames;
  uint32_t total;  // frames that the stack had
};

struct SiteFrameRow {
  StringRef file;
  StringRef function;  // empty: not known
  uint32_t line;
  uint32_t site;
};

struct MetaRow {
  StringRef key;
  StringRef value;
};

}  // namespace heapdump
