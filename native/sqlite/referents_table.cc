#include "sqlite/neighbour_cursor.h"

namespace heapdump {
namespace {

constexpr auto kColumns = joined(
    {
        {"id", kInteger, "object.id of an object to which the argument refers",
         [](const ReferenceWalk& walk) { return walk.target(); }},
    },
    kNeighbourColumns);

}  // namespace

extern const Table kReferentsTable = declare_table<NeighbourCursor<false>, kColumns>(
    "referents", TableKind::kFunction, nullptr, plan_neighbours);

}  // namespace heapdump
