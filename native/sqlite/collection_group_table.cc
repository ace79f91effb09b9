#include "sqlite/collection_columns.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

constexpr const char* kKinds[] = {"reachable",     "unreachable", "legacy",
                                  "uncollectable", "finalized",   "may_resurrect"};
static_assert(std::size(kKinds) == CollectionGroup::kKinds);

constexpr Column kColumns[] = {
    {"kind", kText,
     "reachable or unreachable; of the unreachable ones also legacy (they have a tp_del), uncollectable "
     "(these, and what they reach), finalized (tp_finalize would be called), may_resurrect (these, and what "
     "they reach)",
     [](const CollectionGroup& row) { return kKinds[row.kind]; }},
    {"type", kInteger, "object.id of their type",
     [](OpenHeap& heap, const CollectionGroup& row) { return Id{heap.types()[row.type].object}; }},
    {"name", kText, "the type's name",
     [](OpenHeap& heap, const CollectionGroup& row) { return heap.text(heap.types()[row.type].name); }},
    {"count", kInteger, "number of objects", [](const CollectionGroup& row) { return row.count; }},
    {"size", kInteger, "their shallow sizes together, in bytes",
     [](const CollectionGroup& row) { return row.size; }},
    {"example", kInteger, "object.id of the largest of them",
     [](const CollectionGroup& row) { return Id{row.example}; }},
    kGenerationColumn,
};

class CollectionGroupCursor : public RowsCursor<CollectionGroup> {
 public:
  explicit CollectionGroupCursor(OpenHeap& heap) : heap_(heap) {}
  void filter(const Scan& scan) override {
    begin(collection_groups(heap_, collection_of(heap_, scan.arguments)));
  }

 private:
  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() * 4.0 + 4, 1000}; }

}  // namespace

extern const Table kCollectionGroupTable =
    declare_table<CollectionGroupCursor, kColumns>("collection_group", TableKind::kFunction, estimate);

}  // namespace heapdump
