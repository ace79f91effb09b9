#include "heap/object_kinds.h"

namespace heapdump {

ObjectKinds::ObjectKinds(const HeapIndex& heap, const DictOwners& owners) : heap_(heap), owners_(owners) {
  for (const TypeRow& type : heap.types())
    of_type_.push_back(names_.number(std::string(heap.text(type.name))));
}

}  // namespace heapdump
