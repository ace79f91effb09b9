// Objects in groups: the instances of a type by the pattern of their paths, and all objects by owner.
#include <algorithm>
#include <unordered_map>

#include "questions/group_retained.h"
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

void Add(Group& group, const HeapIndex& heap, uint32_t id) {
  group.count++;
  group.size += heap.size(id);
  if (group.example == kNone) group.example = id;
}

void GiveGroup(sqlite3_context* context, const Group& group, int from_count) {
  const uint64_t values[] = {group.count, group.size, group.retained, group.example};
  Give(context, values[from_count]);
}

class MergedPathsCursor : public RowsCursor<Group> {
 public:
  explicit MergedPathsCursor(OpenHeap& heap) : heap_(heap) {}

  void Filter(int, std::span<sqlite3_value*> arguments) override {
    object_ = IdOf(arguments[0], heap_.objects());
    const uint32_t type = object_ == kNone ? kNone : heap_.TypeOfObject(object_);
    std::vector<Group> groups;
    if (type != kNone) groups = OfInstances(type);
    Begin(std::move(groups));
  }

  void Column(sqlite3_context* context, int column) override {
    using namespace merged_paths_column;
    if (column == kType) return Give(context, object_);
    if (column != kPath) return GiveGroup(context, row(), column - kCount);
    if (row().number != 0) GiveCopy(context, heap_.patterns().Spelled(row().number));
  }

 private:
  std::vector<Group> OfInstances(uint32_t type) {
    std::vector<Group> groups;
    std::unordered_map<uint32_t, uint32_t> places;  // by pattern
    const Range ranks = heap_.Instances(type);
    for (uint64_t rank = ranks.begin; rank < ranks.end; rank++) {
      const uint32_t id = heap_.by_type(rank);
      if (id == kNone) continue;
      const uint32_t pattern = heap_.patterns().Of(id);
      const auto [at, fresh] = places.try_emplace(pattern, static_cast<uint32_t>(groups.size()));
      if (fresh) groups.push_back({pattern});
      Add(groups[at->second], heap_, id);
    }
    const auto retained = RetainedByGroup(heap_, heap_.dominator_tree(), static_cast<uint32_t>(groups.size()),
                                          [&](uint32_t id) {
                                            if (heap_.type(id) != type) return kNone;
                                            const auto at = places.find(heap_.patterns().Of(id));
                                            return at == places.end() ? kNone : at->second;
                                          });
    for (size_t i = 0; i < groups.size(); i++) groups[i].retained = retained[i];
    std::ranges::stable_sort(groups, std::greater{}, &Group::count);
    return groups;
  }

  OpenHeap& heap_;
  uint32_t object_ = kNone;
};

class OwnerCursor : public RowsCursor<Group> {
 public:
  explicit OwnerCursor(OpenHeap& heap) : heap_(heap) {}

  void Filter(int, std::span<sqlite3_value*>) override {
    Owners& owners = heap_.owners();
    std::vector<Group> groups;
    for (uint32_t id = 0; id < heap_.objects(); id++) {
      const uint32_t owner = owners.Of(id);
      while (groups.size() <= owner) groups.push_back({static_cast<uint32_t>(groups.size())});
      Add(groups[owner], heap_, id);
    }
    const auto retained = RetainedByGroup(heap_, heap_.dominator_tree(), owners.count(),
                                          [&](uint32_t id) { return owners.Of(id); });
    for (Group& group : groups) group.retained = retained[group.number];
    std::erase_if(groups, [](const Group& group) { return group.count == 0; });
    std::ranges::stable_sort(groups, std::greater{}, &Group::retained);
    Begin(std::move(groups));
  }

  void Column(sqlite3_context* context, int column) override {
    using namespace owner_column;
    if (column != kName) return GiveGroup(context, row(), column - kCount);
    if (row().number != 0) GiveCopy(context, heap_.owners().name(row().number));
  }

 private:
  OpenHeap& heap_;
};

}  // namespace

const TableKind kMergedPathsTable = {
    "merged_paths",
    [](const HeapIndex& heap, Plan& plan) {
      constexpr int kType = merged_paths_column::kType;
      return PlanFunction(plan, kType, kType, kType, "type=", heap.objects() + 4.0, 20);
    },
    [](OpenHeap& heap) -> std::unique_ptr<TableCursor> { return std::make_unique<MergedPathsCursor>(heap); }};
const TableKind kOwnerTable = {
    "owner",
    [](const HeapIndex& heap, Plan& plan) {
      plan.Answer(0, heap.objects() * 4.0 + 4, 1000);
      return true;
    },
    [](OpenHeap& heap) -> std::unique_ptr<TableCursor> { return std::make_unique<OwnerCursor>(heap); }};

}  // namespace heapdump
