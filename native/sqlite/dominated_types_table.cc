#include <algorithm>

#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

struct OfType {
  uint32_t type;
  uint64_t count = 0;
  uint64_t size = 0;
};

constexpr Column kColumns[] = {
    {"type", kInteger, "object.id of a type with objects that would be freed with the argument",
     [](OpenHeap& heap, const OfType& row) { return Id{heap.types()[row.type].object}; }},
    {"count", kInteger, "number of these objects, without the argument itself",
     [](const OfType& row) { return row.count; }},
    {"size", kInteger, "shallow sizes of these together, in bytes",
     [](const OfType& row) { return row.size; }},
    {"object", kInteger, "argument: object.id", Argument::kNeeded},
};

class DominatedTypesCursor : public RowsCursor<OfType> {
 public:
  explicit DominatedTypesCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(const Scan& scan) override {
    const uint32_t object = scan.arguments.id(0, heap_);
    std::vector<OfType> types(heap_.types().size());
    for (uint32_t i = 0; i < types.size(); ++i) types[i].type = i;
    if (object != kNone) {
      for (const uint32_t id : heap_.dominator_tree().preorder(object)) {
        if (id == object) continue;
        types[heap_.type(id)].count++;
        types[heap_.type(id)].size += heap_.size(id);
      }
    }
    std::erase_if(types, [](const OfType& type) { return type.count == 0; });
    std::ranges::stable_sort(types, std::greater{}, &OfType::size);
    begin(std::move(types));
  }

 private:
  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() + 4.0, 20}; }

}  // namespace

extern const Table kDominatedTypesTable =
    declare_table<DominatedTypesCursor, kColumns>("dominated_types", TableKind::kFunction, estimate);

}  // namespace heapdump
