#include "sqlite/section_cursor.h"

namespace heapdump {
namespace {

struct Rows {
  using Row = PoolRow;
  static std::span<const Row> all(const HeapIndex& heap) { return heap.pools(); }
};

constexpr Column kColumns[] = {
    {"address", kAddress, "where it begins", [](const PoolRow& row) { return row.address; }},
    {"size", kInteger, "its size, in bytes", [](const PoolRow& row) { return row.size; }},
    {"block_size", kInteger, "size of its blocks, in bytes",
     [](const PoolRow& row) { return row.block_size; }},
    {"blocks", kInteger, "blocks that have been used once", [](const PoolRow& row) { return row.blocks; }},
    {"used", kInteger, "blocks in use", [](const PoolRow& row) { return row.used; }},
    {"objects", kInteger, "of these, blocks in which an object of the dump begins",
     [](const PoolRow& row) { return row.objects; }},
};

}  // namespace

extern const Table kPoolTable =
    declare_table<SectionCursor<Rows>, kColumns>("pool", TableKind::kTable, section_estimate<Rows>);

}  // namespace heapdump
