#include "sqlite/neighbour_cursor.h"

namespace heapdump {
namespace {

constexpr auto kColumns = joined(
    {
        {"id", kInteger, "object.id of an object that refers to the argument",
         [](const ReferenceWalk& walk) { return walk.source(); }},
    },
    kNeighbourColumns);

}  // namespace

extern const Table kReferrersTable = declare_table<NeighbourCursor<true>, kColumns>(
    "referrers", TableKind::kFunction, nullptr, plan_neighbours);

}  // namespace heapdump
