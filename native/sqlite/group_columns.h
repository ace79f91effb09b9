#pragma once
#include "sqlite/rows_cursor.h"

namespace heapdump {

struct Group : GroupTotals {
  const Grouping* grouping = nullptr;

  const TypeRow* type() const { return group == kNone ? nullptr : grouping->type(group); }
};

inline constexpr Column kGroupColumns[] = {
    {"name", kText, "name of the group; NULL for objects that are in none, such as garbage",
     [](const Group& row) { return row.grouping->name_or_none(row.group); }},
    {"count", kInteger, "its objects", [](const Group& row) { return row.count; }},
    {"size", kInteger, "shallow sizes of these together, in bytes",
     [](const Group& row) { return row.size; }},
    {"retained", kInteger,
     "what these retain, each by itself and nothing twice, in bytes: the least that would be freed with all; "
     "0 for garbage",
     [](const Group& row) { return row.retained; }},
};

// The groups of a heap, those first that retain most.
class GroupCursor : public RowsCursor<Group> {
 public:
  explicit GroupCursor(OpenHeap& heap) : heap_(heap) {}

 protected:
  // Without `retained` that is not worked out, and those come first that are largest.
  void find(const std::string& by, bool retained, const std::function<bool(uint32_t)>& wanted = nullptr) {
    Grouping& grouping = heap_.groupings().by(by);
    std::vector<Group> rows;
    for (const GroupTotals& totals :
         group_totals(heap_, retained ? &heap_.dominator_tree() : nullptr, grouping, wanted)) {
      rows.push_back({totals, &grouping});
    }
    std::ranges::stable_sort(rows, std::greater{}, retained ? &GroupTotals::retained : &GroupTotals::size);
    begin(std::move(rows));
  }

 private:
  OpenHeap& heap_;
};

}  // namespace heapdump
