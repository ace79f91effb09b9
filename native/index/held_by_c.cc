#include "index/held_by_c.h"

#include <algorithm>
#include <string>

#include "dump/decoded_dump.h"
#include "index/written_column.h"
#include "protocol.h"

namespace heapdump {
namespace {

// Goes through rows that are sorted by id beside the ids.
template <typename Row, typename Id>
class MergeCursor {
 public:
  MergeCursor(const std::vector<Row>& rows, Id id) : at_(rows.begin()), end_(rows.end()), id_(id) {}

  // `each` of the rows of an id that is larger than those before.
  template <typename Each>
  void at(uint32_t id, Each each) {
    while (at_ != end_ && id_(*at_) < id) ++at_;
    for (; at_ != end_ && id_(*at_) == id; ++at_) each(*at_);
  }

 private:
  typename std::vector<Row>::const_iterator at_, end_;
  Id id_;
};

std::vector<TypeRow> heap_types(Tables& tables) {
  std::vector<TypeRow> found;
  for (const TypeRow& type : tables.types()) {
    if (type.object != kNone && (type.flags & kHeapType) != 0) found.push_back(type);
  }
  std::ranges::sort(found, {}, &TypeRow::object);
  return found;
}

}  // namespace

Held find_held(uint32_t objects, CountedReferences counted, bool exact, const IndexWriter& writer,
               Tables& tables) {
  Held held{Bits(objects), Bits(objects)};
  const WrittenColumn<uint64_t> base(writer, Section::kReferrerBase);
  const WrittenSplitColumn delta(writer, Section::kReferrerDelta);
  const WrittenColumn<uint16_t> refcount(writer, Section::kRefcount);
  const WrittenColumn<uint8_t> flags(writer, Section::kFlags);
  std::ranges::sort(counted.weak_targets);
  const std::vector<TypeRow> types_of_dump = heap_types(tables);
  const std::vector<RootRow> named = tables.roots();
  MergeCursor weak(counted.weak_targets, [](uint32_t id) { return id; });
  MergeCursor large(counted.large_refcounts, [](const LargeRow& row) { return row.id; });
  MergeCursor types(types_of_dump, [](const TypeRow& type) { return type.object; });
  MergeCursor roots(named, [](const RootRow& root) { return root.object; });
  Bits no_roots(objects);  // whose address a library's data has, while no reference is unexplained
  uint64_t end = 0;
  for (uint32_t id = 0; id < objects; ++id) {
    const uint64_t begin = end;
    end = base[(id + 1) / kBlock] + delta[id + 1];
    uint64_t found = end - begin;
    uint64_t count = refcount[id];
    bool has_root = false;
    uint64_t words = 0;
    weak.at(id, [&](uint32_t) { found--; });
    large.at(id, [&](const LargeRow& row) { count = row.value; });
    types.at(id, [&](const TypeRow& type) { found += type.count; });
    roots.at(id, [&](const RootRow& root) { root.kind == HD_ROOT_DATA ? ++words : has_root = true; });
    const bool immortal = count >= kNeverReached || (flags[id] & HD_IMMORTAL) != 0;
    const bool held_elsewhere = !immortal && !has_root && count > found;
    const bool in_data = held_elsewhere && words > 0;
    const bool unexplained = held_elsewhere && count > found + words;
    if (words > 0 && !in_data) no_roots.set(id);
    if (unexplained) held.unexplained.set(id);
    if (immortal || has_root || in_data || (unexplained && exact)) held.rooted.set(id);
    if (!unexplained || !exact) continue;
    tables.add_root(id, HD_ROOT_C,
                    std::to_string(count - found - words) + " of " + std::to_string(count) + " references");
  }
  tables.remove_roots(
      [&](const RootRow& root) { return root.kind == HD_ROOT_DATA && no_roots[root.object]; });
  return held;
}

}  // namespace heapdump
