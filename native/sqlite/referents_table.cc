#include "sqlite/kinds.h"
#include "sqlite/neighbour_cursor.h"

namespace heapdump {
namespace {

constexpr Column kColumns[] = {
    {"id", kInteger, "object.id of an object that the one asked for refers to",
     [](const ReferenceWalk& walk) { return walk.target(); }},
    {"kind", kText, "as reference.kind; that of kind type comes last",
     [](const ReferenceWalk& walk) { return reference_kind_name(walk.kind()); }},
    {"label", kText, "as reference.label",
     [](OpenHeap& heap, const ReferenceWalk& walk) { return label_of(heap, walk); }},
    {"part", kText, "as reference.part",
     [](OpenHeap& heap, const ReferenceWalk& walk) { return part_of(heap, walk); }},
    {"position", kInteger, "as reference.position",
     [](const ReferenceWalk& walk) { return position_of(walk); }},
    {"object", kInteger, "argument: object.id of the one asked for", Argument::kNeeded},
};

void plan(const HeapIndex& heap, Plan& plan) { plan_neighbours(heap, plan, column_named(kColumns, "kind")); }

}  // namespace

extern const Table kReferentsTable =
    declare_table<NeighbourCursor<false>, kColumns>("referents", TableKind::kFunction, nullptr, plan);

}  // namespace heapdump
