#pragma once
#include "sqlite/reference_walk.h"
#include "sqlite/table.h"

namespace heapdump {

constexpr int kByKind = 4;

// A plan of references: whether a kind is asked for, and how many kinds are left out, from bit 2 on. Uses the
// constraints on the column `kind`; their values come last.
int plan_kinds(Plan& plan, int column);
// The kinds that such a plan asks for.
Kinds kinds_asked(int plan, std::span<sqlite3_value*> values);

// What the columns of references are read by.
std::optional<std::string> label_of(const HeapIndex& heap, const ReferenceWalk& walk);
std::string part_of(const HeapIndex& heap, const ReferenceWalk& walk);
std::optional<uint64_t> position_of(const ReferenceWalk& walk);

}  // namespace heapdump
