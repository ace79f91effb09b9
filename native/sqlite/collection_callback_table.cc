#include "sqlite/collection_columns.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

constexpr Column kColumns[] = {
    {"object", kInteger, "object.id of an unreachable object",
     [](const Collection::Callback& row) { return Id{row.object}; }},
    {"weak_reference", kInteger, "object.id of a weak reference to it that is not freed with it",
     [](const Collection::Callback& row) { return Id{row.reference}; }},
    {"callback", kInteger, "object.id of what would be called",
     [](const Collection::Callback& row) { return Id{row.callback}; }},
    kGenerationColumn,
};

class CollectionCallbackCursor : public RowsCursor<Collection::Callback> {
 public:
  explicit CollectionCallbackCursor(OpenHeap& heap) : heap_(heap) {}
  void filter(const Scan& scan) override { begin(collection_of(heap_, scan.arguments).callbacks()); }

 private:
  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() * 4.0 + 4, 100}; }

}  // namespace

extern const Table kCollectionCallbackTable =
    declare_table<CollectionCallbackCursor, kColumns>("collection_callback", TableKind::kFunction, estimate);

}  // namespace heapdump
