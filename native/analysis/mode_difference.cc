#include "analysis/mode_difference.h"

#include <set>
#include <string_view>
#include <unordered_map>

#include "heap/path_up.h"
#include "protocol.h"

namespace heapdump {
namespace {

// Their sizes are what both modes ask them for; those of others may lack what lies in the object itself.
const std::set<std::string_view> kSized = {"list",
                                           "dict",
                                           "set",
                                           "frozenset",
                                           "tuple",
                                           "str",
                                           "bytes",
                                           "bytearray",
                                           "int",
                                           "collections.deque",
                                           "collections.OrderedDict",
                                           "collections.defaultdict"};

uint8_t kind_between(const HeapIndex& heap, uint32_t holder, uint32_t held) {
  const Range rows = heap.positions(holder);
  for (uint64_t row = rows.begin; row < rows.end; ++row) {
    if (heap.target(row) == held) return heap.kind(holder, row - rows.begin);
  }
  return HD_REF_OTHER;
}

// Objects that the collector tracks it lists; others it leads to from those, but for what code objects and
// types hold by themselves, what modules keep in their state, and what roots hold that are not objects.
// Measured on 3.8 to 3.13 (test/integration/two-modes.test.ts).
Bits not_led_to(const HeapIndex& heap) {
  const auto reports = [&](uint32_t holder, uint32_t held) {
    const TypeRow& type = heap.types()[heap.type(holder)];
    const std::string_view name = heap.text(type.name);
    if (name == "code") return false;
    if (name == "module") return kind_between(heap, holder, held) != HD_REF_OTHER;
    const bool is_type = (type.flags & kTypeSubclass) != 0;
    return !is_type || kind_between(heap, holder, held) != HD_REF_FIELD;
  };
  Bits omitted(heap.objects()), known(heap.objects());
  std::vector<uint32_t> way;
  for (uint32_t id = 0; id < heap.objects(); ++id) {
    way.clear();
    bool omit = false;
    for (const uint32_t at : heap.path_up(id)) {
      if (known[at]) {
        omit = omitted[at];
        break;
      }
      way.push_back(at);
      const uint32_t holder = heap.path_parent(at);
      if ((heap.flags(at) & HD_TRACKED) != 0 || holder == kNone) break;
      omit = holder == at || !reports(holder, at);
      if (omit) break;
    }
    // What is above on the way decides for all below: an object is reached only through what holds it.
    for (const uint32_t at : way) {
      known.set(at);
      if (omit) omitted.set(at);
    }
  }
  return omitted;
}

}  // namespace

bool by_script(const HeapIndex& heap) { return heap.meta("mode") == "python"; }

ModeDifference::ModeDifference(const HeapIndex& heap, const HeapIndex& other)
    : heap_(heap), any_(by_script(heap) != by_script(other)) {
  if (!any_) return;
  if (!by_script(heap)) omitted_ = not_led_to(heap);
  std::unordered_map<uint64_t, uint64_t> usual;  // by address of the type
  for (const TypeRow& type : other.types()) {
    if (type.count > 0) usual.emplace(type.address, type.size / type.count);
  }
  for (const TypeRow& type : heap.types()) {
    same_size_.push_back(kSized.contains(heap.text(type.name)));
    const auto at = by_script(heap) ? usual.end() : usual.find(type.address);
    usual_size_.push_back(at == usual.end() ? std::nullopt : std::optional(at->second));
  }
}

}  // namespace heapdump
