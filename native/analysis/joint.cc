#include "analysis/joint.h"

namespace heapdump {
namespace {

// Adds to each object's mask that of all that are above it. Where a damaged index leads in a circle, that is
// cut somewhere.
template <typename Above, typename Masks>
void add_from_above(uint32_t objects, Above above, Masks& masks) {
  Bits known(objects);
  std::vector<uint32_t> way;
  for (uint32_t id = 0; id < objects; ++id) {
    uint32_t at = id;
    for (; at != kNone && known.add(at); at = above(at)) way.push_back(at);
    uint32_t mask = at == kNone ? 0 : masks[at];
    for (; !way.empty(); way.pop_back()) mask = masks[way.back()] |= mask;
  }
}

}  // namespace

Joint::Joint(const HeapIndex& heap, const StrongReferences& references)
    : heap_(heap), references_(references), rooted_(heap.objects()) {
  for (const RootRow& root : heap.roots()) {
    if (root.object < heap.objects()) rooted_.set(root.object);
  }
}

Bits Joint::freed_with(const Bits& set) {
  const PageArray<uint32_t> masks = freed_with([&](uint32_t id) { return set[id] ? 0 : kNone; });
  Bits freed(heap_.objects());
  for (uint32_t id = 0; id < heap_.objects(); ++id) {
    if (masks[id] != 0) freed.set(id);
  }
  return freed;
}

Joint::Masks Joint::freed(Masks certain) {
  const uint32_t objects = heap_.objects();
  add_from_above(objects, [&](uint32_t id) { return heap_.dominator(id); }, certain);
  Masks possible(objects);
  for (uint32_t id = 0; id < objects; ++id) possible[id] = certain[id];
  add_from_above(
      objects,
      [&](uint32_t id) {
        const uint32_t holder = heap_.path_parent(id);
        return holder == id ? kNone : holder;
      },
      possible);
  std::vector<uint32_t> changed;
  for (uint32_t id = 0; id < objects; ++id) {
    if (possible[id] == certain[id]) continue;
    const uint32_t mask = with_all_holders(id, certain, possible);
    if (mask == possible[id]) continue;
    possible[id] = mask;
    changed.push_back(id);
  }
  go_on(certain, possible, std::move(changed));
  return possible;
}

bool Joint::begins(uint32_t id) const {
  return rooted_[id] || heap_.path_parent(id) == id || heap_.is_immortal(id);
}

uint32_t Joint::with_all_holders(uint32_t id, const Masks& certain, const Masks& possible) const {
  if (begins(id)) return certain[id];
  uint32_t mask = possible[id];
  const auto add = [&](uint32_t holder) {
    if (!heap_.is_garbage(holder)) mask &= possible[holder] | certain[id];
    return mask != certain[id];
  };
  references_.holders(id, [&](uint32_t source, uint64_t) { return add(source); });
  const uint32_t type = mask == certain[id] ? kNone : heap_.type_of_object(id);
  if (type == kNone) return mask;
  const Range ranks = heap_.instances(type);
  for (uint64_t rank = ranks.begin; rank < ranks.end; ++rank) {
    const uint32_t instance = heap_.by_type(rank);
    if (instance != kNone && !add(instance)) break;
  }
  return mask;
}

// From those that turned out to be reached without a set to what they hold.
void Joint::go_on(const Masks& certain, Masks& possible, std::vector<uint32_t> changed) const {
  Bits waits(heap_.objects());
  for (const uint32_t id : changed) waits.set(id);
  while (!changed.empty()) {
    const uint32_t id = changed.back();
    changed.pop_back();
    waits.clear(id);
    const auto pass = [&](uint32_t held) {
      if (possible[held] == certain[held]) return;
      const uint32_t mask = possible[held] & (possible[id] | certain[held]);
      if (mask == possible[held]) return;
      possible[held] = mask;
      if (waits.add(held)) changed.push_back(held);
    };
    references_.held(id, [&](uint32_t target, uint64_t) { pass(target); });
    const uint32_t type = heap_.types()[heap_.type(id)].object;
    if (type != kNone) pass(type);
  }
}

}  // namespace heapdump
