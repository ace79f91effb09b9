#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/waits.h"
#include "heap/object_tree.h"
#include "heap/owners.h"

namespace heapdump {

// Where a task was created: the innermost call that is not the event loop's own.
struct Creation {
  std::string file;  // empty: not known
  std::string function;
  uint32_t line = 0;

  bool operator==(const Creation&) const = default;
};

struct TaskRow {
  uint32_t task;
  uint32_t group = 0;  // row of the groups
  TaskState state;
  std::string name;
  std::string chain;
  Wait wait;         // all empty if it does not wait
  uint32_t awaited;  // what the innermost of the chain awaits, or kNone
  std::string set_by;
  Creation created;
};

// Tasks with the same state, chain, wait and creation.
struct TaskGroup {
  uint64_t count = 0;
  uint64_t retained = 0;  // freed with all of them
  uint32_t example;       // row of the task that retains most
  std::string set_by;     // empty if they differ
};

struct Tasks {
  std::vector<TaskRow> tasks;     // by id
  std::vector<TaskGroup> groups;  // those that retain most first
};

Tasks find_tasks(const HeapIndex& heap, const ObjectTree& dominators, Owners& owners);

const char* task_state_name(TaskState state);

}  // namespace heapdump
