// Objects in groups: the instances of a type by the pattern of their paths, and all objects by owner.
#include <algorithm>
#include <unordered_map>

#include "analysis/group_retained.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

struct Group {
  uint32_t number = 0;
  uint64_t count = 0;
  uint64_t size = 0;
  uint64_t retained = 0;
  uint32_t example = kNone;
};

void add(Group& group, const HeapIndex& heap, uint32_t id) {
  group.count++;
  group.size += heap.size(id);
  if (group.example == kNone) group.example = id;
}

void result_group(sqlite3_context* context, const Group& group, int from_count) {
  const uint64_t values[] = {group.count, group.size, group.retained, group.example};
  result(context, values[from_count]);
}

class MergedPathsCursor : public RowsCursor<Group> {
 public:
  explicit MergedPathsCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(int, std::span<sqlite3_value*> arguments) override {
    object_ = id_of(arguments[0], heap_.objects());
    const uint32_t type = object_ == kNone ? kNone : heap_.type_of_object(object_);
    std::vector<Group> groups;
    if (type != kNone) groups = of_instances(type);
    begin(std::move(groups));
  }

  void column(sqlite3_context* context, int column) override {
    using namespace merged_paths_column;
    if (column == kType) return result(context, object_);
    if (column != kPath) return result_group(context, row(), column - kCount);
    if (row().number != 0) result_copy(context, heap_.patterns().format(row().number));
  }

 private:
  std::vector<Group> of_instances(uint32_t type) {
    std::vector<Group> groups;
    std::unordered_map<uint32_t, uint32_t> places;  // by pattern
    const Range ranks = heap_.instances(type);
    for (uint64_t rank = ranks.begin; rank < ranks.end; ++rank) {
      const uint32_t id = heap_.by_type(rank);
      if (id == kNone) continue;
      const uint32_t pattern = heap_.patterns().of(id);
      const auto [at, fresh] = places.try_emplace(pattern, static_cast<uint32_t>(groups.size()));
      if (fresh) groups.push_back({pattern});
      add(groups[at->second], heap_, id);
    }
    const auto retained = retained_by_group(heap_, heap_.dominator_tree(),
                                            static_cast<uint32_t>(groups.size()), [&](uint32_t id) {
                                              if (heap_.type(id) != type) return kNone;
                                              const auto at = places.find(heap_.patterns().of(id));
                                              return at == places.end() ? kNone : at->second;
                                            });
    for (size_t i = 0; i < groups.size(); ++i) groups[i].retained = retained[i];
    std::ranges::stable_sort(groups, std::greater{}, &Group::count);
    return groups;
  }

  OpenHeap& heap_;
  uint32_t object_ = kNone;
};

class OwnerCursor : public RowsCursor<Group> {
 public:
  explicit OwnerCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(int, std::span<sqlite3_value*>) override {
    Owners& owners = heap_.owners();
    std::vector<Group> groups;
    for (uint32_t id = 0; id < heap_.objects(); ++id) {
      const uint32_t owner = owners.of(id);
      while (groups.size() <= owner) groups.push_back({static_cast<uint32_t>(groups.size())});
      add(groups[owner], heap_, id);
    }
    const auto retained = retained_by_group(heap_, heap_.dominator_tree(), owners.count(),
                                            [&](uint32_t id) { return owners.of(id); });
    for (Group& group : groups) group.retained = retained[group.number];
    std::erase_if(groups, [](const Group& group) { return group.count == 0; });
    std::ranges::stable_sort(groups, std::greater{}, &Group::retained);
    begin(std::move(groups));
  }

  void column(sqlite3_context* context, int column) override {
    using namespace owner_column;
    if (column != kName) return result_group(context, row(), column - kCount);
    if (row().number != 0) result_copy(context, heap_.owners().name(row().number));
  }

 private:
  OpenHeap& heap_;
};

}  // namespace

const TableKind kMergedPathsTable = {
    "merged_paths",
    [](const HeapIndex& heap, Plan& plan) {
      constexpr int kType = merged_paths_column::kType;
      return plan_function(plan, kType, kType, kType, "type=", heap.objects() + 4.0, 20);
    },
    [](OpenHeap& heap) -> std::unique_ptr<TableCursor> { return std::make_unique<MergedPathsCursor>(heap); }};
const TableKind kOwnerTable = {
    "owner",
    [](const HeapIndex& heap, Plan& plan) {
      plan.answer(0, heap.objects() * 4.0 + 4, 1000);
      return true;
    },
    [](OpenHeap& heap) -> std::unique_ptr<TableCursor> { return std::make_unique<OwnerCursor>(heap); }};

}  // namespace heapdump
