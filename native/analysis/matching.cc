#include "analysis/matching.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace heapdump {
namespace {

// References of an object beyond these are not compared.
constexpr uint64_t kCompared = 16;
constexpr uint64_t kComparedOfModes = 64;

// By row of the newer dump's types: the older one's row of the same type, or kNone.
std::vector<uint32_t> same_types(const HeapIndex& old, const HeapIndex& now) {
  std::unordered_map<uint64_t, uint32_t> by_address;
  for (uint32_t i = 0; i < old.types().size(); ++i) by_address.emplace(old.types()[i].address, i);
  std::vector<uint32_t> same;
  for (const TypeRow& type : now.types()) {
    const auto at = by_address.find(type.address);
    const bool found =
        at != by_address.end() && old.text(old.types()[at->second].name) == now.text(type.name);
    same.push_back(found ? at->second : kNone);
  }
  return same;
}

uint64_t holder_address(const HeapIndex& heap, uint32_t id) {
  const uint32_t holder = heap.path_parent(id);
  return holder == kNone ? 0 : holder == id ? 1 : heap.address(holder);
}

bool same_neighbours(const HeapIndex& old, uint32_t before, const HeapIndex& now, uint32_t after) {
  if (holder_address(old, before) == holder_address(now, after)) return true;
  const Range a = old.positions(before), b = now.positions(after);
  const uint64_t compared = std::min({a.size(), b.size(), kCompared});
  uint64_t same = 0;
  for (uint64_t i = 0; i < compared; ++i) {
    const uint32_t x = old.target(a.begin + i), y = now.target(b.begin + i);
    same += x == kNone || y == kNone ? x == y : old.address(x) == now.address(y);
  }
  return compared > 0 && same * 2 >= compared;
}

std::unordered_set<uint64_t> referents(const HeapIndex& heap, uint32_t id) {
  std::unordered_set<uint64_t> addresses;
  const Range rows = heap.positions(id);
  for (uint64_t row = rows.begin; row < rows.end && addresses.size() < kComparedOfModes; ++row) {
    if (heap.target(row) != kNone) addresses.insert(heap.address(heap.target(row)));
  }
  return addresses;
}

// Modes find other holders, and other references in another order: it is enough that nothing speaks against
// it.
bool same_referents(const HeapIndex& old, uint32_t before, const HeapIndex& now, uint32_t after) {
  const auto a = referents(old, before), b = referents(now, after);
  const auto& fewer = a.size() < b.size() ? a : b;
  const auto& more = a.size() < b.size() ? b : a;
  const auto same = std::ranges::count_if(fewer, [&](uint64_t address) { return more.contains(address); });
  return static_cast<size_t>(same) * 2 >= fewer.size();
}

}  // namespace

bool is_immutable(std::string_view type) {
  constexpr std::string_view kImmutable[] = {"str", "bytes", "int", "float", "complex"};
  return std::ranges::find(kImmutable, type) != std::end(kImmutable);
}

bool same_content(const HeapIndex& old, uint32_t before, const HeapIndex& now, uint32_t after) {
  const auto a = old.content(before), b = now.content(after);
  if (!a || !b) return true;
  const size_t common = std::min(a->bytes.size(), b->bytes.size());
  return a->bytes.substr(0, common) == b->bytes.substr(0, common) &&
         (a->cut || b->cut || a->bytes.size() == b->bytes.size());
}

Matching::Matching(const HeapIndex& old, const HeapIndex& now)
    : old_(old),
      old_modes_(old, now),
      now_modes_(now, old),
      in_old_(now.objects()),
      kept_(old.objects()),
      address_reused_(now.objects()) {
  const std::vector<uint32_t> same_type = same_types(old, now);
  std::vector<bool> immutable;
  for (const TypeRow& type : now.types()) {
    immutable.push_back(is_immutable(now.text(type.name)));
  }
  const auto same_links = now_modes_.any() ? same_referents : same_neighbours;
  uint32_t before = 0;
  for (uint32_t after = 0; after < now.objects(); ++after) {
    const uint64_t address = now.address(after);
    while (before < old.objects() && old.address(before) < address) before++;
    if (before == old.objects()) break;
    const uint32_t type = now.type(after);
    if (old.address(before) != address || same_type[type] != old.type(before)) continue;
    const bool same =
        immutable[type] ? same_content(old, before, now, after) : same_links(old, before, now, after);
    if (same) {
      in_old_[after] = before + 1;
      kept_.set(before);
    } else {
      address_reused_.set(after);
    }
  }
}

}  // namespace heapdump
