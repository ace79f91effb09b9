#include "analysis/c_holds.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

constexpr const char* kKinds[] = {"alone", "shared", "library"};

constexpr Column kColumns[] = {
    {"object", kInteger, "object.id of an object with more references than were found (root.kind c)",
     [](const CHold& row) { return Id{row.object}; }},
    {"from_outside", kInteger, "number of references from outside the dump",
     [](const CHold& row) { return row.references; }},
    {"kind", kText,
     "alone (nothing else keeps it alive), shared (something of the dump does, too), or library (code of "
     "Python or of "
     "an installed library, or a container of such alone)",
     [](const CHold& row) { return kKinds[static_cast<int>(row.kind)]; }},
};

class HeldByCCursor : public RowsCursor<CHold> {
 public:
  explicit HeldByCCursor(const HeapIndex& heap) : heap_(heap) {}
  void filter(const Scan&) override { begin(c_holds(heap_, TypeRoles(heap_))); }

 private:
  const HeapIndex& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->roots().size() * 16.0 + 4, 1000}; }

}  // namespace

extern const Table kHeldByCTable =
    declare_table<HeldByCCursor, kColumns>("held_by_c", TableKind::kFunction, estimate);

}  // namespace heapdump
