#include "sqlite/group_columns.h"
#include "sqlite/object_set.h"

namespace heapdump {
namespace {

constexpr auto kColumns = joined(
    kGroupColumns,
    {
        {"type", kInteger, "object.id of the type whose instances are the group; NULL for other groupings",
         [](const Group& row) { return Id{row.type() == nullptr ? kNone : row.type()->object}; }},
        {"address", kAddress, "address of that type",
         [](const Group& row) {
           return row.type() == nullptr || row.type()->address == 0 ? std::nullopt
                                                                    : std::optional(row.type()->address);
         }},
        {"example", kInteger, "object.id of one of its objects",
         [](const Group& row) { return Id{row.example}; }},
        {"by", kText, "argument: what a row is, by its name in the table grouping", Argument::kNeeded},
        {"objects", kBlob,
         "argument, optional: the objects to count, as object_set(id) returns them; all if not given",
         Argument::kOptional},
    });

constexpr int kWithRetained = 1;

class GroupedCursor : public GroupCursor {
 public:
  using GroupCursor::GroupCursor;
  void filter(const Scan& scan) override {
    const bool retained = (scan.plan & kWithRetained) != 0;
    sqlite3_value* objects = scan.arguments[1];
    if (objects == nullptr) return find(scan.arguments.text(0), retained);
    const ObjectSet set(objects);
    find(scan.arguments.text(0), retained, [&](uint32_t id) { return set.has(id); });
  }
};

void plan(const HeapIndex& heap, Plan& plan) {
  const bool retained = plan.reads(column_named(kColumns, "retained"));
  plan.answer(retained ? kWithRetained : 0, heap.objects() * (retained ? 4.0 : 1.0) + 4, 1000);
}

}  // namespace

extern const Table kGroupedTable =
    declare_table<GroupedCursor, kColumns>("grouped", TableKind::kFunction, nullptr, plan);

}  // namespace heapdump
