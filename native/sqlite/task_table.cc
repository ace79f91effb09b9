#include "analysis/tasks.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

constexpr Column kColumns[] = {
    {"object", kInteger, "object.id of the task", [](const TaskRow& row) { return Id{row.task}; }},
    {"name", kText, "as its get_name() says it; NULL if the dump does not have it",
     [](const TaskRow& row) { return or_null(row.name); }},
    {"state", kText,
     "pending; running (a thread runs it); done, failed or cancelled: it has ended, and something keeps it; "
     "NULL if not known",
     [](const TaskRow& row) {
       const char* const name = task_state_name(row.state);
       return or_null(name == nullptr ? "" : name);
     }},
    {"chain", kText,
     "the functions in which it waits, from its coroutine on, ' › ' between: by what each awaits, through "
     "asynchronous generators and asyncio's gather, shield and wait_for; NULL if not known",
     [](const TaskRow& row) { return or_null(row.chain); }},
    {"function", kText, "qualified name of the innermost function in which it waits; NULL if it does not",
     [](const TaskRow& row) { return or_null(row.wait.function); }},
    {"file", kText, "file of that function; NULL if not known",
     [](const TaskRow& row) { return or_null(row.wait.file); }},
    {"line", kInteger, "line of that function in which it waits; NULL if not known",
     [](const TaskRow& row) { return row.wait.line == 0 ? std::nullopt : std::optional(row.wait.line); }},
    {"waits_for", kText,
     "what that function awaits: the type of the future, or the task's name, and its state if it is known; "
     "its turn, if the event loop is to call it; NULL if not known",
     [](const TaskRow& row) { return or_null(row.wait.waits_for); }},
    {"awaits", kInteger, "object.id of that; NULL if nothing",
     [](const TaskRow& row) { return Id{row.awaited}; }},
    {"set_by", kText,
     "who could end the wait: the nearest holder of what is awaited, with its path; timer; a callback; "
     "another task; NULL if none is known",
     [](const TaskRow& row) { return or_null(row.set_by); }},
    {"created_file", kText,
     "file of the innermost call that created it, without the event loop's own: in asyncio's debug mode, or "
     "if "
     "tracemalloc traced; NULL if not known",
     [](const TaskRow& row) { return or_null(row.created.file); }},
    {"created_line", kInteger, "line of that call",
     [](const TaskRow& row) {
       return row.created.line == 0 ? std::nullopt : std::optional(row.created.line);
     }},
    {"creator", kText, "function that made it",
     [](const TaskRow& row) { return or_null(row.created.function); }},
    {"task_group", kInteger, "task_group.id of the tasks like it",
     [](const TaskRow& row) { return row.group; }},
};

class TaskCursor : public CursorOf<TaskRow> {
 public:
  explicit TaskCursor(OpenHeap& heap) : heap_(heap) {}
  void filter(const Scan&) override {
    at_ = 0;
    stand();
  }
  bool eof() const override { return at_ == heap_.tasks().tasks.size(); }
  void next() override {
    at_++;
    stand();
  }
  int64_t rowid() const override { return static_cast<int64_t>(at_); }

 private:
  void stand() {
    if (!eof()) stand_on(&heap_.tasks().tasks[at_]);
  }

  OpenHeap& heap_;
  size_t at_ = 0;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() + 4.0, 1000}; }

}  // namespace

extern const Table kTaskTable = declare_table<TaskCursor, kColumns>("task", TableKind::kTable, estimate);

}  // namespace heapdump
