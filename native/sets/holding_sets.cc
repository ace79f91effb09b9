#include "sets/holding_sets.h"

namespace heapdump {

Bits referrers_of(const HeapIndex& heap, Groupings& groupings, const Bits& set) {
  Bits found(heap.objects());
  set.each([&](uint32_t id) {
    groupings.references().holders(id, [&](uint32_t source, uint64_t) {
      found.set(groupings.dict_owners().whole(source));
      return true;
    });
  });
  return found;
}

Bits referents_of(const HeapIndex& heap, Groupings& groupings, const Bits& set) {
  Bits found(heap.objects());
  const DictOwners& owners = groupings.dict_owners();
  std::vector<uint32_t> own;
  set.each([&](uint32_t id) {
    own.assign(1, id);
    for (size_t i = 0; i < own.size(); ++i) {
      groupings.references().held(own[i], [&](uint32_t target, uint64_t) {
        found.set(target);
        if (owners.of(target) == id && std::ranges::find(own, target) == own.end()) own.push_back(target);
      });
    }
  });
  return found;
}

Bits reach_of(const HeapIndex& heap, Groupings& groupings, const Bits& set) {
  Bits found(heap.objects());
  std::vector<uint32_t> open;
  set.each([&](uint32_t id) {
    found.set(id);
    open.push_back(id);
  });
  while (!open.empty()) {
    const uint32_t id = open.back();
    open.pop_back();
    groupings.references().held(id, [&](uint32_t target, uint64_t) {
      if (found.add(target)) open.push_back(target);
    });
  }
  return found;
}

Bits dominators_of(const HeapIndex& heap, Groupings& groupings, const Bits& set) {
  Bits found(heap.objects());
  set.each([&](uint32_t id) {
    const uint32_t dominator = heap.dominator(id);
    if (dominator == kNone) return;
    const uint32_t whole = groupings.dict_owners().whole(dominator);
    found.set(whole == id ? dominator : whole);
  });
  return found;
}

}  // namespace heapdump
