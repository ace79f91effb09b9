#include "sqlite/section_cursor.h"

namespace heapdump {
namespace {

struct Rows {
  using Row = ChunksRow;
  static std::span<const Row> all(const HeapIndex& heap) { return heap.chunks(); }
};

constexpr const char* kUses[] = {"free", "object", "other"};

std::string_view mapped_at(OpenHeap& heap, uint64_t address) {
  const auto mappings = heap.mappings();
  const auto after = std::ranges::upper_bound(mappings, address, {}, &MappingRow::address);
  if (after == mappings.begin()) return {};
  const MappingRow& mapping = *std::prev(after);
  return address - mapping.address < mapping.size ? heap.text(mapping.path) : std::string_view();
}

constexpr Column kColumns[] = {
    {"use", kText, "object (an object begins in them), other (in use), or free",
     [](const ChunksRow& row) { return row.use < std::size(kUses) ? kUses[row.use] : "unknown"; }},
    {"size", kInteger,
     "size of a chunk, in bytes, with its header of 8; above 64 KiB rounded up by an eighth at most; NULL "
     "for "
     "those of all other sizes",
     [](const ChunksRow& row) { return row.size == 0 ? std::nullopt : std::optional(row.size); }},
    {"first_word", kAddress,
     "the word that they begin with, if it is an address in a program or a library, as that of a C++ "
     "class's virtual functions is; NULL for others",
     [](const ChunksRow& row) { return row.first == 0 ? std::nullopt : std::optional(row.first); }},
    {"library", kText, "the file that it lies in",
     [](OpenHeap& heap, const ChunksRow& row) { return or_null(mapped_at(heap, row.first)); }},
    {"symbol", kText,
     "the exported variable there, as C++ writes it: vtable for CLASS; NULL if there is none",
     [](OpenHeap& heap, const ChunksRow& row) { return or_null(heap.text(row.symbol)); }},
    {"count", kInteger, "number of chunks", [](const ChunksRow& row) { return row.count; }},
    {"bytes", kInteger, "their size, in bytes", [](const ChunksRow& row) { return row.bytes; }},
};

}  // namespace

extern const Table kChunkTable =
    declare_table<SectionCursor<Rows>, kColumns>("chunk", TableKind::kTable, section_estimate<Rows>);

}  // namespace heapdump
