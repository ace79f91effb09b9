#include "sqlite/collection_columns.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

struct CollectedReference {
  uint32_t source, target;
};

constexpr Column kColumns[] = {
    {"source", kInteger, "object.id of an object that the collector looks at",
     [](const CollectedReference& row) { return Id{row.source}; }},
    {"target", kInteger, "object.id of another one that its tp_traverse reports; of its type, too",
     [](const CollectedReference& row) { return Id{row.target}; }},
    kGenerationColumn,
};

class CollectionReferenceCursor : public RowsCursor<CollectedReference> {
 public:
  explicit CollectionReferenceCursor(OpenHeap& heap) : heap_(heap) {}
  void filter(const Scan& scan) override {
    std::vector<CollectedReference> rows;
    collection_of(heap_, scan.arguments).references([&](uint32_t source, uint32_t target) {
      rows.push_back({source, target});
    });
    begin(std::move(rows));
  }

 private:
  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) {
  return {heap->objects() * 8.0 + 4, static_cast<double>(heap->references())};
}

}  // namespace

extern const Table kCollectionReferenceTable = declare_table<CollectionReferenceCursor, kColumns>(
    "collection_reference", TableKind::kFunction, estimate);

}  // namespace heapdump
