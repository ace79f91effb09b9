#include "sqlite/section_cursor.h"

namespace heapdump {
namespace {

struct Rows {
  using Row = MappingRow;
  static std::span<const Row> all(const HeapIndex& heap) { return heap.mappings(); }
};

std::string permissions(uint32_t flags) {
  std::string text = "---p";
  if (flags & HD_MAPPING_READABLE) text[0] = 'r';
  if (flags & HD_MAPPING_WRITABLE) text[1] = 'w';
  if (flags & HD_MAPPING_EXECUTABLE) text[2] = 'x';
  if (flags & HD_MAPPING_SHARED) text[3] = 's';
  return text;
}

constexpr Column kColumns[] = {
    {"address", kAddress, "where it begins", [](const MappingRow& row) { return row.address; }},
    {"size", kInteger, "addresses that it takes, in bytes", [](const MappingRow& row) { return row.size; }},
    {"path", kText, "file, or [heap], [stack] and the like; NULL for anonymous memory",
     [](OpenHeap& heap, const MappingRow& row) { return or_null(heap.text(row.path)); }},
    {"permissions", kText, "as in /proc/PID/maps: rwxp, with s for shared",
     [](const MappingRow& row) { return permissions(row.flags); }},
    {"stack", kInteger, "1 if the stack pointer of a thread lies in it, else 0",
     [](const MappingRow& row) { return (row.flags & HD_MAPPING_STACK) != 0; }},
    {"resident", kInteger,
     "what of it is in memory, in bytes; in the mode fork without what was not written to of a file or of "
     "shared memory",
     [](const MappingRow& row) { return row.resident; }},
    {"anonymous", kInteger, "of that, what no file has, in bytes",
     [](const MappingRow& row) { return row.anonymous; }},
    {"swapped", kInteger, "what is swapped out, in bytes", [](const MappingRow& row) { return row.swapped; }},
    {"huge", kInteger, "what is in huge pages, in bytes", [](const MappingRow& row) { return row.huge; }},
};

}  // namespace

extern const Table kMappingTable =
    declare_table<SectionCursor<Rows>, kColumns>("mapping", TableKind::kTable, section_estimate<Rows>);

}  // namespace heapdump
