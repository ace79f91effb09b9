#include "sqlite/collection_columns.h"

namespace heapdump {
namespace {

struct CollectedRow {
  const Collection* collection;
  uint32_t id;
};

constexpr Column kColumns[] = {
    {"object", kInteger, "object.id of an object that the collector looks at",
     [](const CollectedRow& row) { return Id{row.id}; }},
    {"refcount", kInteger, "its reference count, with which update_refs begins",
     [](OpenHeap& heap, const CollectedRow& row) { return heap.refcount(row.id); }},
    {"outside", kInteger,
     "what subtract_refs leaves of it: references from elsewhere than the objects that are collected",
     [](const CollectedRow& row) { return row.collection->outside(row.id); }},
    {"unreachable", kInteger,
     "1 if move_unreachable finds that no reference from elsewhere leads to it; else 0",
     [](const CollectedRow& row) { return row.collection->is_unreachable(row.id); }},
    {"legacy", kInteger, "1 if it is unreachable, and has a tp_del; else 0",
     [](const CollectedRow& row) { return row.collection->has_legacy_finalizer(row.id); }},
    {"uncollectable", kInteger,
     "1 if it is one of these, or one of these reaches it: it is not freed; else 0",
     [](const CollectedRow& row) { return row.collection->is_uncollectable(row.id); }},
    {"finalized", kInteger, "1 if the collection would call its tp_finalize (__del__); else 0",
     [](const CollectedRow& row) { return row.collection->is_finalized(row.id); }},
    {"may_resurrect", kInteger,
     "1 if an object whose tp_finalize would be called reaches it: it stays if that stores itself somewhere "
     "(on CPython 3.8 everything does then); else 0",
     [](const CollectedRow& row) { return row.collection->may_resurrect(row.id); }},
    kGenerationColumn,
};

class CollectionCursor : public CursorOf<CollectedRow> {
 public:
  explicit CollectionCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(const Scan& scan) override {
    row_ = {&collection_of(heap_, scan.arguments), 0};
    stand_on(&row_);
    find();
  }
  bool eof() const override { return row_.id >= heap_.objects(); }
  void next() override {
    row_.id++;
    find();
  }
  int64_t rowid() const override { return row_.id; }

 private:
  void find() {
    while (!eof() && !row_.collection->objects()[row_.id]) row_.id++;
  }

  OpenHeap& heap_;
  CollectedRow row_{};
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() * 4.0 + 4, heap->objects() / 2.0}; }

}  // namespace

extern const Table kCollectionTable =
    declare_table<CollectionCursor, kColumns>("collection", TableKind::kFunction, estimate);

}  // namespace heapdump
