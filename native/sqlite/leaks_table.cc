#include "analysis/leaks.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

constexpr const char* kKinds[] = {"dominator", "group", "held by C", "garbage"};

constexpr Column kColumns[] = {
    {"kind", kText,
     "dominator (one object), group (many of one type), held by C, or garbage (not alive, not collected)",
     [](const Suspect& row) { return kKinds[static_cast<int>(row.kind)]; }},
    {"type", kInteger, "object.id of the type of the objects that accumulate",
     [](OpenHeap& heap, const Suspect& row) { return Id{heap.types()[row.type].object}; }},
    {"count", kInteger, "number of these objects", [](const Suspect& row) { return row.count; }},
    {"new", kInteger, "number of these that the first dump does not have; 0 without a first dump",
     [](const Suspect& row) { return row.added; }},
    {"retained", kInteger, "what they retain, in bytes; of garbage, the size of all of it",
     [](const Suspect& row) { return row.retained; }},
    {"growth", kInteger,
     "bytes at this place that are new since the first dump, less those that are gone; without a first dump, "
     "all",
     [](const Suspect& row) { return row.growth; }},
    {"survived", kInteger,
     "bytes that are new since the first dump and are also in the dump `before`; 0 without it",
     [](const Suspect& row) { return row.survived; }},
    {"address_reused", kInteger,
     "number of the new objects with an address that an object of the same type had in the first dump",
     [](const Suspect& row) { return row.address_reused; }},
    {"path", kText, "where they accumulate, [*] for any key or index (docs/paths.md); NULL for garbage",
     [](const Suspect& row) { return or_null(row.path); }},
    {"owner", kText, "as object.owner of these objects; NULL for garbage",
     [](const Suspect& row) { return or_null(row.owner); }},
    {"place", kInteger, "object.id of the holder where they accumulate; NULL for held by C and garbage",
     [](const Suspect& row) { return Id{row.place}; }},
    {"example", kInteger, "object.id of the one that retains most, a new one if there is one",
     [](const Suspect& row) { return Id{row.example}; }},
    {"traced", kInteger,
     "of the new objects, those of which it is known where they were allocated; without a first dump, of all",
     [](const Suspect& row) { return row.allocation.traced; }},
    {"site", kInteger,
     "site.id of the stack at which most of them were allocated, of the line of source that has most; NULL "
     "if "
     "none is known",
     [](const Suspect& row) { return Id{row.allocation.site}; }},
    {"at_line", kInteger, "how many of them were allocated at that line",
     [](const Suspect& row) { return row.allocation.at_line; }},
    {"at_site", kInteger, "how many of them were allocated with that stack",
     [](const Suspect& row) { return row.allocation.at_site; }},
    {"old", kText, "argument, optional: schema of the first dump", Argument::kOptional},
    {"before", kText, "argument, optional: schema of the dump before the last", Argument::kOptional},
};

class LeaksCursor : public RowsCursor<Suspect> {
 public:
  explicit LeaksCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(const Scan& scan) override {
    const auto old = named(scan.arguments.text(0)), before = named(scan.arguments.text(1));
    begin(find_leaks(heap_, heap_.path_tree(), heap_.owners(), old.get(), before.get()));
  }

 private:
  std::shared_ptr<OpenHeap> named(const std::string& schema) {
    return schema.empty() ? nullptr : heap_.heaps().of(schema);
  }

  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() * 4.0 + 4, 10}; }

}  // namespace

extern const Table kLeaksTable =
    declare_table<LeaksCursor, kColumns>("leaks", TableKind::kFunction, estimate);

}  // namespace heapdump
