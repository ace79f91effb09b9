#include "questions/equal_contents.h"

#include <bit>
#include <functional>
#include <string_view>

#include "index/pages.h"

namespace heapdump {
namespace {

struct Slot {
  uint32_t first = 0;  // id + 1; 0: free
  uint32_t count = 0;
};

bool IsEqual(const HeapIndex& heap, uint32_t a, uint32_t b) {
  if (heap.type(a) != heap.type(b) || heap.size(a) != heap.size(b)) return false;
  const auto left = heap.content(a), right = heap.content(b);
  return left && right && left->bytes == right->bytes && left->cut == right->cut;
}

uint64_t Hash(const HeapIndex& heap, uint32_t id, std::string_view bytes) {
  const uint64_t mixed = std::hash<std::string_view>()(bytes) ^ (heap.size(id) << 32) ^ heap.type(id);
  return mixed * 0x9e3779b97f4a7c15;
}

}  // namespace

std::vector<EqualContents> FindEqualContents(const HeapIndex& heap, const std::vector<bool>& wanted,
                                             uint64_t least) {
  uint64_t candidates = 0;
  for (uint32_t type = 0; type < wanted.size(); type++)
    candidates += wanted[type] ? heap.types()[type].count : 0;
  const int bits = std::bit_width(candidates + candidates / 2) + 1;
  PageArray<Slot> slots(uint64_t{1} << bits);
  const uint64_t mask = slots.size() - 1;
  for (uint32_t id = 0; id < heap.objects(); id++) {
    if (!wanted[heap.type(id)] || heap.is_garbage(id)) continue;
    const auto content = heap.content(id);
    if (!content) continue;
    uint64_t at = Hash(heap, id, content->bytes) >> (64 - bits);
    while (slots[at].first != 0 && !IsEqual(heap, slots[at].first - 1, id)) at = (at + 1) & mask;
    if (slots[at].first == 0) slots[at].first = id + 1;
    slots[at].count++;
  }
  std::vector<EqualContents> found;
  for (const Slot& slot : slots) {
    if (slot.count >= least) found.push_back({slot.first - 1, slot.count});
  }
  return found;
}

}  // namespace heapdump
