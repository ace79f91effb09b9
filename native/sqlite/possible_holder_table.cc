#include <algorithm>

#include "sqlite/section_cursor.h"

namespace heapdump {
namespace {

struct Rows {
  using Row = PossibleHolderRow;
  static std::span<const Row> all(const HeapIndex& heap) { return heap.possible_holders(); }
  static Range find(const HeapIndex& heap, uint32_t object) {
    if (object == kNone) return {};
    const auto found = std::ranges::equal_range(all(heap), object, {}, &PossibleHolderRow::held);
    const auto begin = static_cast<uint64_t>(found.begin() - all(heap).begin());
    return {begin, begin + found.size()};
  }
};

constexpr Column kColumns[] = {
    {"object", kInteger, "object.id of an object that C code holds (root.kind c)",
     [](const PossibleHolderRow& row) { return Id{row.held}; }},
    {"holder", kInteger,
     "object.id of an object of C code without a traverse function, a word of which is that object's "
     "address: "
     "a guess",
     [](const PossibleHolderRow& row) { return Id{row.holder}; }},
    {"offset", kInteger, "of that word from the start of the holder, in bytes",
     [](const PossibleHolderRow& row) { return row.offset; }},
};

void plan(const HeapIndex& heap, Plan& plan) {
  plan_section<Rows>(heap, plan, column_named(kColumns, "object"), "object=", false);
}

}  // namespace

extern const Table kPossibleHolderTable =
    declare_table<SectionCursor<Rows>, kColumns>("possible_holder", TableKind::kTable, nullptr, plan);

}  // namespace heapdump
