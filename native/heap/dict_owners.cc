#include "heap/dict_owners.h"

#include "heap/category.h"
#include "protocol.h"

namespace heapdump {

DictOwners::DictOwners(const HeapIndex& heap)
    : heap_(heap), position_(heap.shapes().size() + 1, kNone), owner_(heap.objects()) {
  for (const TypeRow& type : heap.types()) is_dict_.push_back(heap.text(type.name) == "dict");
  std::vector<bool> of_threads(heap.shapes().size() + 1);
  for (size_t row = 0; row < heap.shapes().size(); ++row) {
    const ShapeRow& shape = heap.shapes()[row];
    for (uint32_t i = 0; i < shape.named && position_[row] == kNone; ++i) {
      if (heap.text(heap.fields()[shape.first_field + i].label) == "__dict__") position_[row] = i;
    }
    of_threads[row] =
        shape.type < heap.types().size() && heap.text(heap.types()[shape.type].name) == "_thread._local";
  }
  for (uint32_t id = 0; id < heap.objects(); ++id) {
    const uint32_t row = heap.shape_row(id);
    if (position_[row] != kNone) claim(dict_of(id), id);
    if (of_threads[row]) claim_of_threads(id, field_of(heap, id, "dummies"));
  }
}

uint32_t DictOwners::dict_of(uint32_t id) const {
  const uint32_t position = position_[heap_.shape_row(id)];
  if (position == kNone) return kNone;
  const Range rows = heap_.positions(id);
  return position < rows.size() ? heap_.target(rows.begin + position) : kNone;
}

void DictOwners::claim(uint32_t dict, uint32_t owner) {
  if (dict == kNone || !is_dict_[heap_.type(dict)] || dict == owner) return;
  uint32_t& known = owner_[dict];
  known = known == 0 || known == owner + 1 ? owner + 1 : kShared;
}

// `dummies` has the dicts, one for each thread.
void DictOwners::claim_of_threads(uint32_t owner, uint32_t dummies) {
  if (dummies == kNone || !is_dict_[heap_.type(dummies)]) return;
  claim(dummies, owner);
  const Range rows = heap_.positions(dummies);
  for (uint64_t row = rows.begin; row < rows.end; ++row) {
    if (heap_.kind(dummies, row - rows.begin) == HD_REF_VALUE) claim(heap_.target(row), owner);
  }
}

}  // namespace heapdump
