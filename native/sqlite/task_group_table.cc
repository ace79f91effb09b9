#include "analysis/tasks.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

struct GroupRow {
  uint64_t id;
  TaskGroup group;
  uint32_t example;  // id
};

constexpr Column kColumns[] = {
    {"id", kInteger, "0 … n−1, those that retain most first", [](const GroupRow& row) { return row.id; }},
    {"count", kInteger, "number of tasks with the same state, chain, line, wait and place of creation",
     [](const GroupRow& row) { return row.group.count; }},
    {"retained", kInteger, "what would be freed with all of them, in bytes",
     [](const GroupRow& row) { return row.group.retained; }},
    {"example", kInteger, "task.object of the one that retains most",
     [](const GroupRow& row) { return Id{row.example}; }},
    {"set_by", kText, "task.set_by, if it is the same for all of them; else NULL",
     [](const GroupRow& row) { return or_null(row.group.set_by); }},
};

class TaskGroupCursor : public RowsCursor<GroupRow> {
 public:
  explicit TaskGroupCursor(OpenHeap& heap) : heap_(heap) {}
  void filter(const Scan&) override {
    std::vector<GroupRow> rows;
    for (const TaskGroup& group : heap_.tasks().groups)
      rows.push_back({rows.size(), group, heap_.tasks().tasks[group.example].task});
    begin(std::move(rows));
  }

 private:
  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() + 4.0, 100}; }

}  // namespace

extern const Table kTaskGroupTable =
    declare_table<TaskGroupCursor, kColumns>("task_group", TableKind::kFunction, estimate);

}  // namespace heapdump
