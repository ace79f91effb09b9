#include "analysis/diff.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "support/parallel.h"

namespace heapdump {
namespace {

// What a heap has of each group, by its number + 1; what is in no group comes first.
struct Half {
  Counted all;
  Counted alone;  // what the other heap does not have
};

// What `size` has no value for does not count.
template <typename Size, typename Alone>
std::vector<Half> halves(const HeapIndex& heap, Grouping& grouping, Size size, Alone alone) {
  std::vector<Half> halves;
  for (uint32_t id = 0; id < heap.objects(); ++id) {
    const std::optional<uint64_t> bytes = size(id);
    if (!bytes) continue;
    const uint32_t number = grouping.of(id) + 1;
    if (number >= halves.size()) halves.resize(number + 1);
    halves[number].all.add(*bytes);
    if (alone(id)) halves[number].alone.add(*bytes);
  }
  return halves;
}

std::string name(const Grouping& grouping, uint32_t number) {
  return number == 0 ? std::string() : grouping.name(number - 1);
}

int64_t growth(const Difference& row) { return static_cast<int64_t>(row.now.size - row.old.size); }

}  // namespace

std::vector<Difference> find_differences(const HeapIndex& old, Grouping& old_grouping, const HeapIndex& now,
                                         Grouping& now_grouping, const Matching& matching, DiffOf of) {
  std::vector<Difference> rows;
  std::unordered_map<std::string, size_t> places;
  const auto row = [&](std::string name) -> Difference& {
    const auto [at, added] = places.try_emplace(std::move(name), rows.size());
    if (added) rows.push_back({.name = at->first});
    return rows[at->second];
  };
  std::vector<Half> before, after;
  const auto old_size = [&](uint32_t id) {
    const bool counts = (of.old == nullptr || (*of.old)[id]) && matching.compares_old(id);
    return counts ? std::optional(matching.size_old(id)) : std::nullopt;
  };
  const auto now_size = [&](uint32_t id) {
    const bool counts = (of.now == nullptr || (*of.now)[id]) && matching.compares_now(id);
    return counts ? std::optional(matching.size_now(id)) : std::nullopt;
  };
  // A heap compared with itself has only one grouping, so there is nothing for two threads.
  in_parallel(&old == &now ? 1 : 2, [&](uint32_t worker) {
    if (worker == 0) {
      before = halves(old, old_grouping, old_size, [&](uint32_t id) { return matching.is_gone(id); });
    }
    if (worker == 1 || &old == &now) {
      after = halves(now, now_grouping, now_size, [&](uint32_t id) { return matching.is_new(id); });
    }
  });
  for (uint32_t number = 0; number < before.size(); ++number) {
    if (before[number].all.count == 0) continue;
    Difference& difference = row(name(old_grouping, number));
    difference.old.count += before[number].all.count, difference.old.size += before[number].all.size;
    difference.gone.count += before[number].alone.count, difference.gone.size += before[number].alone.size;
  }
  for (uint32_t number = 0; number < after.size(); ++number) {
    if (after[number].all.count == 0) continue;
    Difference& difference = row(name(now_grouping, number));
    difference.now.count += after[number].all.count, difference.now.size += after[number].all.size;
    difference.added.count += after[number].alone.count, difference.added.size += after[number].alone.size;
  }
  std::ranges::stable_sort(rows, std::greater{}, growth);
  return rows;
}

std::vector<GroupCount> count_groups(const HeapIndex& heap, Grouping& grouping, const Bits* of) {
  const auto size = [&](uint32_t id) {
    return of == nullptr || (*of)[id] ? std::optional(heap.size(id)) : std::nullopt;
  };
  const std::vector<Half> counts = halves(heap, grouping, size, [](uint32_t) { return false; });
  std::vector<GroupCount> rows;
  std::unordered_map<std::string, size_t> places;
  for (uint32_t number = 0; number < counts.size(); ++number) {
    const Counted& all = counts[number].all;
    if (all.count == 0) continue;
    const auto [at, added] = places.try_emplace(name(grouping, number), rows.size());
    if (added) rows.push_back({.name = at->first, .all = {}});
    rows[at->second].all.count += all.count, rows[at->second].all.size += all.size;
  }
  return rows;
}

}  // namespace heapdump
