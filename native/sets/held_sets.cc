#include "sets/held_sets.h"

#include <unordered_map>

#include "sets/chosen.h"
#include "sets/holding_sets.h"
#include "support/glob.h"

namespace heapdump {
namespace {

bool is_way(Ways& ways, uint32_t way, const WayPattern& pattern) {
  if (pattern.text == "[*]") return Ways::is_subscript(way);
  if (pattern.text == "[…]") return Ways::is_subscript(way) && ways.name(ways.shown(way)) == "[…]";
  if (Ways::is_subscript(way) != pattern.text.starts_with('[')) return false;
  const std::string name = ways.name(way);
  if (!pattern.is_glob) return name == pattern.text;
  return name != ".keys()" && matches_glob(pattern.text, name);
}

}  // namespace

Bits step(const HeapIndex& heap, Groupings& groupings, const Bits& set, const WayPattern& pattern) {
  Bits found(heap.objects());
  std::unordered_map<uint32_t, bool> known;
  set.each([&](uint32_t id) {
    each_way(groupings, id, [&](uint32_t target, uint32_t way) {
      const auto [at, is_new] = known.try_emplace(way);
      if (is_new) at->second = is_way(groupings.ways(), way, pattern);
      if (at->second) found.set(target);
    });
  });
  return found;
}

Bits held_by(const HeapIndex& heap, Groupings& groupings, const std::vector<uint64_t>& terms,
             const SetTree& list, const Bits& within) {
  const ObjectKinds& kinds = groupings.kinds();
  return chosen(heap, within, [&](uint32_t id) {
    ListMatch match;
    groupings.references().holders(id, [&](uint32_t source, uint64_t) {
      match.add(terms[kinds.of(groupings.dict_owners().whole(source))]);
      return true;
    });
    return match.is(list.comparison, list.names.size());
  });
}

Bits held_via(const HeapIndex& heap, Groupings& groupings, const SetTree& list, const Bits& within) {
  Ways& ways = groupings.ways();
  std::unordered_map<uint32_t, uint64_t> known;
  return chosen(heap, within, [&](uint32_t id) {
    ListMatch match;
    groupings.references().holders(id, [&](uint32_t source, uint64_t position) {
      const uint32_t way = ways.of(source, position);
      const auto [at, is_new] = known.try_emplace(way);
      for (size_t term = 0; is_new && term < list.ways.size(); ++term) {
        if (is_way(ways, way, list.ways[term])) at->second |= uint64_t{1} << term;
      }
      match.add(at->second);
      return true;
    });
    return match.is(list.comparison, list.ways.size());
  });
}

}  // namespace heapdump
