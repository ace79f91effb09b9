#include "analysis/garbage.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

constexpr const char* kReasons[] = {"uncollected", "uncollectable", "saved", "frozen", "hidden", nullptr};

constexpr Column kColumns[] = {
    {"reason", kText,
     "uncollected (a collection would free them, and none has come since), uncollectable (they have a "
     "tp_del, or one that has reaches them), saved (gc.garbage holds them), frozen (gc.freeze() took them, "
     "or "
     "what holds them, out of what is collected), hidden (the collector does not know of one of the objects "
     "or references of their circle); NULL if the dump does not tell what a collection goes by",
     [](const GarbageGroup& row) {
       const char* const name = kReasons[static_cast<int>(row.reason)];
       return or_null(name == nullptr ? "" : name);
     }},
    {"generation", kInteger,
     "of uncollected ones the youngest generation whose collection would free them; else NULL. What they "
     "hold "
     "that the collector does not look at, such as text, is counted with them",
     [](const GarbageGroup& row) {
       return row.generation == kNoGeneration ? std::nullopt : std::optional(uint32_t{row.generation});
     }},
    {"type", kInteger, "object.id of their type",
     [](OpenHeap& heap, const GarbageGroup& row) { return Id{heap.types()[row.type].object}; }},
    {"name", kText, "the type's name",
     [](OpenHeap& heap, const GarbageGroup& row) { return heap.text(heap.types()[row.type].name); }},
    {"count", kInteger, "number of objects", [](const GarbageGroup& row) { return row.count; }},
    {"size", kInteger, "their shallow sizes together, in bytes",
     [](const GarbageGroup& row) { return row.size; }},
    {"example", kInteger, "object.id of the largest of them",
     [](const GarbageGroup& row) { return Id{row.example}; }},
};

class GarbageCursor : public RowsCursor<GarbageGroup> {
 public:
  explicit GarbageCursor(OpenHeap& heap) : heap_(heap) {}
  void filter(const Scan&) override {
    begin(find_garbage(heap_, heap_.groupings().references(), heap_.joint(),
                       [this](int generation) -> const Collection& { return heap_.collection(generation); }));
  }

 private:
  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() * 8.0 + 4, 1000}; }

}  // namespace

extern const Table kGarbageTable =
    declare_table<GarbageCursor, kColumns>("garbage_group", TableKind::kFunction, estimate);

}  // namespace heapdump
