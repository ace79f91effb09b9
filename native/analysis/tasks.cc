#include "analysis/tasks.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <ranges>
#include <tuple>

#include "analysis/group_retained.h"
#include "analysis/setters.h"
#include "analysis/task_creation.h"
#include "heap/attributes.h"

namespace heapdump {
namespace {

TaskRow describe(const HeapIndex& heap, const Waits& waits, Setters& setters, const TaskCreations& creations,
                 uint32_t task) {
  const AwaitChain chain = waits.chain(task);
  TaskRow row{.task = task,
              .state = waits.state(task),
              .name = task_name(heap, task),
              .chain = format_chain(chain),
              .wait = {},
              .awaited = kNone,
              .set_by = {},
              .created = creations.of(task)};
  if (row.state != TaskState::kPending) return row;
  row.awaited = chain.end;
  if (auto wait = waits.of(chain)) row.wait = std::move(*wait);
  if (chain.end == kNone && attribute_of(heap, task, "_loop") != kNone) {
    row.wait.waits_for = "its turn";  // the loop is to call it
  } else {
    row.set_by = setters.of(task, chain);
  }
  return row;
}

// Numbers the groups, and counts them.
void group(const HeapIndex& heap, const ObjectTree& dominators, Tasks& found) {
  using Key = std::tuple<TaskState, std::string, std::string, uint32_t, std::string, std::string, uint32_t,
                         std::string>;
  std::map<Key, uint32_t> numbers;
  std::vector<TaskGroup> groups;
  for (uint32_t i = 0; i < found.tasks.size(); ++i) {
    TaskRow& row = found.tasks[i];
    const auto [at, is_new] =
        numbers.try_emplace(Key{row.state, row.chain, row.wait.file, row.wait.line, row.wait.waits_for,
                                row.created.file, row.created.line, row.created.function},
                            static_cast<uint32_t>(groups.size()));
    row.group = at->second;
    if (is_new) groups.push_back({.example = i, .set_by = row.set_by});
    TaskGroup& group = groups[row.group];
    group.count++;
    if (heap.retained(row.task) > heap.retained(found.tasks[group.example].task)) group.example = i;
    if (group.set_by != row.set_by) group.set_by.clear();
  }
  std::vector<uint32_t> group_of(found.tasks.size());
  const auto of = [&](uint32_t id) {
    const auto at = std::ranges::lower_bound(found.tasks, id, {}, &TaskRow::task);
    return at == found.tasks.end() || at->task != id ? kNone : at->group;
  };
  const std::vector<uint64_t> retained =
      retained_by_group(heap, dominators, static_cast<uint32_t>(groups.size()), of);
  for (uint32_t i = 0; i < groups.size(); ++i) groups[i].retained = retained[i];

  std::vector<uint32_t> order(groups.size()), place(groups.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater(), [&](uint32_t i) { return groups[i].retained; });
  for (uint32_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    found.groups.push_back(std::move(groups[order[i]]));
  }
  for (TaskRow& row : found.tasks) row.group = place[row.group];
}

}  // namespace

Tasks find_tasks(const HeapIndex& heap, const ObjectTree& dominators, Owners& owners) {
  const Waits waits(heap);
  Setters setters(heap, waits.categories(), owners);
  const TaskCreations creations(heap);
  Tasks found;
  for (uint32_t type = 0; type < heap.types().size(); ++type) {
    if (waits.categories().of_type(type) != Category::kTask) continue;
    const Range ranks = heap.instances(type);
    for (uint64_t rank = ranks.begin; rank < ranks.end; ++rank) {
      const uint32_t task = heap.by_type(rank);
      if (task != kNone) found.tasks.push_back(describe(heap, waits, setters, creations, task));
    }
  }
  std::ranges::sort(found.tasks, {}, &TaskRow::task);
  group(heap, dominators, found);
  return found;
}

const char* task_state_name(TaskState state) {
  constexpr const char* kNames[] = {"pending", "running", "done", "failed", "cancelled", nullptr};
  return kNames[static_cast<int>(state)];
}

}  // namespace heapdump
