#include "analysis/waste.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

constexpr const char* kKinds[] = {"duplicate", "boxes", "empty", "sparse", "slots"};

constexpr Column kColumns[] = {
    {"kind", kText,
     "duplicate (str and bytes of equal content), boxes (numbers of equal value), empty (containers), sparse "
     "(containers with room for many more), or slots (instances whose class could have __slots__)",
     [](const Waste& row) { return kKinds[static_cast<int>(row.kind)]; }},
    {"type", kInteger, "object.id of their type",
     [](OpenHeap& heap, const Waste& row) { return Id{heap.types()[row.type].object}; }},
    {"what", kText,
     "what holds them: <TYPE>.attribute or <TYPE>[*] for what instances hold (docs/paths.md); NULL for "
     "duplicate, boxes and slots",
     [](const Waste& row) { return or_null(row.what); }},
    {"count", kInteger, "number of objects, at least 10, except for sparse containers",
     [](const Waste& row) { return row.count; }},
    {"size", kInteger, "their size, in bytes", [](const Waste& row) { return row.size; }},
    {"wasted", kInteger,
     "what could be saved of that, in bytes: all but one of equal objects, empty containers, room that other "
     "containers of the dump with as many entries do not have, the __dict__",
     [](const Waste& row) { return row.wasted; }},
    {"certain", kInteger, "0 if contents were cut and are equal up to there; else 1",
     [](const Waste& row) { return row.certain; }},
    {"owner", kText, "as object.owner, of the greater part of 64 of them; NULL if there is none such",
     [](const Waste& row) { return or_null(row.owner); }},
    {"example", kInteger, "object.id of one of them", [](const Waste& row) { return Id{row.example}; }},
    {"with_code", kInteger,
     "argument, optional: 1 for what belongs to code, too, and is there from its import on (names, "
     "constants, line "
     "tables, what the import system keeps); it is left out otherwise",
     Argument::kOptional},
    {"of", kText, "argument, optional: the set to look at (docs/sets.md); all if it is not given or NULL",
     Argument::kOptional},
};

class WasteCursor : public RowsCursor<Waste> {
 public:
  explicit WasteCursor(OpenHeap& heap) : heap_(heap) {}
  void filter(const Scan& scan) override {
    const std::string set = scan.arguments.text(1);
    const std::shared_ptr<const Bits> of = set.empty() ? nullptr : heap_.set(set);
    begin(find_waste(heap_, TypeRoles(heap_), heap_.owners(), scan.arguments.integer(0, 0) != 0, of.get()));
  }

 private:
  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() * 4.0 + 4, 1000}; }

}  // namespace

extern const Table kWasteTable =
    declare_table<WasteCursor, kColumns>("waste", TableKind::kFunction, estimate);

}  // namespace heapdump
