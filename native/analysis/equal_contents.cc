#include "analysis/equal_contents.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <string_view>
#include <utility>

#include "analysis/sample.h"
#include "support/page_array.h"
#include "support/parallel.h"

namespace heapdump {
namespace {

struct Slot {
  uint32_t first = 0;  // id + 1; 0: free
  uint32_t last = 0;
  uint32_t count = 0;
};

bool is_equal(const HeapIndex& heap, uint32_t a, uint32_t b) {
  if (heap.type(a) != heap.type(b) || heap.size(a) != heap.size(b)) return false;
  const auto left = heap.content(a), right = heap.content(b);
  return left && right && left->bytes == right->bytes && left->cut == right->cut;
}

uint64_t content_hash(const HeapIndex& heap, uint32_t id, std::string_view bytes) {
  const uint64_t mixed =
      (std::hash<std::string_view>()(bytes) ^ (heap.size(id) << 32) ^ heap.type(id)) * 0x9e3779b97f4a7c15;
  return mixed ^ mixed >> 32;
}

}  // namespace

std::vector<EqualContents> find_equal_contents(const HeapIndex& heap, const std::vector<bool>& wanted,
                                               uint64_t least, const std::function<bool(uint32_t)>& counts) {
  uint64_t candidates = 0;
  for (uint32_t id = 0; id < heap.objects(); ++id) candidates += wanted[heap.type(id)];
  // Each worker has a part of the hash values to itself.
  const uint32_t workers = worker_count();
  const int bits = std::bit_width(candidates * 2 / workers) + 1;
  std::vector<std::vector<uint32_t>> found(workers);
  PageArray<uint32_t> next(heap.objects());  // the next one that is equal, id + 1
  in_parallel(workers, [&](uint32_t worker) {
    PageArray<Slot> slots(uint64_t{1} << bits);
    const uint64_t mask = slots.size() - 1;
    for (uint32_t id = 0; id < heap.objects(); ++id) {
      if (!wanted[heap.type(id)] || heap.is_garbage(id)) continue;
      const auto content = heap.content(id);
      if (!content) continue;
      const uint64_t hash = content_hash(heap, id, content->bytes);
      if ((hash & 0xffff) % workers != worker) continue;
      uint64_t at = hash >> (64 - bits);
      while (slots[at].first != 0 && !is_equal(heap, slots[at].first - 1, id)) at = (at + 1) & mask;
      if (slots[at].first == 0) {
        slots[at].first = id + 1;
      } else {
        next[slots[at].last - 1] = id + 1;
      }
      slots[at].last = id + 1;
      slots[at].count++;
    }
    for (const Slot& slot : slots) {
      if (slot.count >= least) found[worker].push_back(slot.first - 1);
    }
  });
  std::vector<EqualContents> all;
  for (const auto& part : found) {
    for (const uint32_t first : part) {
      EqualContents equal{kNone, 0, {}};
      for (uint32_t id = first; id != kNone; id = next[id] - 1) {
        if (!counts(id)) continue;
        if (equal.count++ == 0) equal.first = id;
        add_first(equal.sample, id);
      }
      if (equal.count >= least) all.push_back(std::move(equal));
    }
  }
  std::ranges::sort(all, {}, &EqualContents::first);
  return all;
}

}  // namespace heapdump
