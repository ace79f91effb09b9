#include "sqlite/group_columns.h"

namespace heapdump {
namespace {

class OwnerCursor : public GroupCursor {
 public:
  using GroupCursor::GroupCursor;
  void filter(const Scan&) override { find("owner", true); }
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() * 4.0 + 4, 1000}; }

}  // namespace

extern const Table kOwnerTable =
    declare_table<OwnerCursor, kGroupColumns>("owner", TableKind::kTable, estimate);

}  // namespace heapdump
