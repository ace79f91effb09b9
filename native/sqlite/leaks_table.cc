#include "analysis/leaks.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

constexpr const char* kKinds[] = {"dominator", "group", "held by C", "garbage"};

constexpr Column kColumns[] = {
    {"kind", kText,
     "dominator (one object), group (many of one type), held by C, or garbage (not alive, not collected)",
     [](const Suspect& row) { return kKinds[static_cast<int>(row.kind)]; }},
    {"type", kInteger, "object.id of the type of what gathers",
     [](OpenHeap& heap, const Suspect& row) { return Id{heap.types()[row.type].object}; }},
    {"count", kInteger, "objects of that type there", [](const Suspect& row) { return row.count; }},
    {"new", kInteger, "of these, the ones that the first dump does not have; 0 where there is none",
     [](const Suspect& row) { return row.added; }},
    {"retained", kInteger, "what would be freed with what gathers, in bytes; of garbage, all of it",
     [](const Suspect& row) { return row.retained; }},
    {"growth", kInteger,
     "bytes at this place that came since the first dump, less those that went; without a first dump, all",
     [](const Suspect& row) { return row.growth; }},
    {"survived", kInteger,
     "bytes that came since the first dump, and were there in the dump `before`, too; 0 without it",
     [](const Suspect& row) { return row.survived; }},
    {"address_reused", kInteger,
     "of the new, those at an address that an object of the same type had in the first dump",
     [](const Suspect& row) { return row.address_reused; }},
    {"path", kText, "where it gathers, [*] for any key or index (docs/paths.md); NULL for garbage",
     [](const Suspect& row) { return or_null(row.path); }},
    {"owner", kText, "as object.owner of what gathers; NULL for garbage",
     [](const Suspect& row) { return or_null(row.owner); }},
    {"place", kInteger, "object.id of the holder where it gathers; NULL for held by C and garbage",
     [](const Suspect& row) { return Id{row.place}; }},
    {"example", kInteger, "object.id of the one that retains most, a new one where there is one",
     [](const Suspect& row) { return Id{row.example}; }},
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
