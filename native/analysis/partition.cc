#include "analysis/partition.h"

#include <algorithm>
#include <numeric>

#include "analysis/group_retained.h"
#include "analysis/mode_difference.h"
#include "heap/object_tree.h"

namespace heapdump {
namespace {

// Of a group: what is in none comes first.
uint32_t number_of(uint32_t group) { return group + 1; }
static_assert(static_cast<uint32_t>(kNone + 1) == 0);

}  // namespace

Partition::Partition(const HeapIndex& heap, Grouping& grouping, const Bits& set, uint64_t sorted)
    : heap_(heap), of_(heap.objects()) {
  set.each([&](uint32_t id) {
    const uint32_t group = grouping.of(id), number = number_of(group);
    of_[id] = number + 1;
    if (number >= rows_.size()) rows_.resize(std::max<size_t>(number + size_t{1}, rows_.size() * 3 / 2));
    Row& row = rows_[number];
    if (row.count++ == 0) row.group = group, row.example = id;
    row.size += heap.size(id);
  });
  std::erase_if(rows_, [](const Row& row) { return row.count == 0; });
  const auto first = rows_.begin() + static_cast<ptrdiff_t>(std::min<uint64_t>(sorted, rows_.size()));
  std::partial_sort(rows_.begin(), first, rows_.end(), [](const Row& a, const Row& b) {
    if (a.size != b.size) return a.size > b.size;
    return a.count != b.count ? a.count > b.count : a.example < b.example;
  });
}

Bits Partition::members(uint64_t row) const {
  Bits members(heap_.objects());
  const uint32_t number = number_of(rows_[row].group) + 1;
  for (uint32_t id = 0; id < heap_.objects(); ++id) {
    if (of_[id] == number) members.set(id);
  }
  return members;
}

std::vector<uint64_t> Partition::retained(Joint& joint, std::span<const uint32_t> rows) const {
  std::vector<uint64_t> retained(rows.size());
  std::vector<size_t> open;  // rows for which there is more to do than to read what one object retains
  uint32_t numbers = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows_[rows[i]];
    if (row.count > 1) {
      open.push_back(i);
      numbers = std::max(numbers, number_of(row.group) + 1);
    } else {
      retained[i] = heap_.is_garbage(row.example) ? heap_.size(row.example) : heap_.retained(row.example);
    }
  }
  // Where it is not certain what C code holds, there may be more to a path from a root than the dump knows.
  const bool is_exact = heap_.header().complete != 0 && !by_script(heap_);
  if (is_exact && open.size() > size_t{2} * Joint::kSets) settle_most(rows, open, retained);
  std::vector<uint32_t> set_of(numbers + size_t{1});
  for (size_t begin = 0; begin < open.size(); begin += Joint::kSets) {
    const size_t end = std::min(open.size(), begin + Joint::kSets);
    std::ranges::fill(set_of, kNone);
    for (size_t i = begin; i < end; ++i) {
      set_of[number_of(rows_[rows[open[i]]].group) + 1] = static_cast<uint32_t>(i - begin);
    }
    const auto bytes = joint.bytes_freed_with(
        [&](uint32_t id) { return of_[id] < set_of.size() ? set_of[of_[id]] : kNone; });
    for (size_t i = begin; i < end; ++i) retained[open[i]] = bytes[i - begin];
  }
  return retained;
}

// Of each row: what its objects dominate would be freed, and nothing else than what has one of them on its
// path from a root. Where both are as many bytes that is the answer. Two passes over trees tell it of all
// rows.
void Partition::settle_most(std::span<const uint32_t> rows, std::vector<size_t>& open,
                            std::vector<uint64_t>& retained) const {
  uint32_t numbers = 0;
  for (const size_t i : open) numbers = std::max(numbers, number_of(rows_[rows[i]].group) + 1);
  std::vector<uint32_t> place(numbers + size_t{1}, kNone);  // in `open`, by number + 1
  for (uint32_t i = 0; i < open.size(); ++i) place[number_of(rows_[rows[open[i]]].group) + 1] = i;
  const auto group = [&](uint32_t id) { return of_[id] < place.size() ? place[of_[id]] : kNone; };
  const auto count = static_cast<uint32_t>(open.size());

  const std::vector<uint64_t> least =
      retained_by_group(heap_, ObjectTree::of_dominators(heap_), count, group);
  const ObjectTree paths = ObjectTree::of_paths(heap_);
  PageArray<int64_t> below(heap_.objects());
  for (uint32_t id = 0; id < heap_.objects(); ++id) below[id] = static_cast<int64_t>(heap_.size(id));
  paths.sum_up(below);
  const std::vector<uint64_t> most =
      summed_by_group(paths, count, group, [&](uint32_t id) { return below[id]; });
  std::vector<uint64_t> garbage(count);
  for (uint32_t id = 0; id < heap_.objects(); ++id) {
    if (group(id) != kNone && heap_.is_garbage(id)) garbage[group(id)] += heap_.size(id);
  }
  std::vector<size_t> left;
  for (uint32_t i = 0; i < count; ++i) {
    if (least[i] == most[i]) {
      retained[open[i]] = least[i] + garbage[i];
    } else {
      left.push_back(open[i]);
    }
  }
  open = std::move(left);
}

std::vector<uint64_t> Partition::all_retained(Joint& joint) const {
  std::vector<uint32_t> all(rows_.size());
  std::iota(all.begin(), all.end(), 0);
  return retained(joint, all);
}

}  // namespace heapdump
