#include "heap/category.h"

#include <map>
#include <string_view>

#include "heap/namespaces.h"

namespace heapdump {
namespace {

const std::map<std::string_view, Category> kNamed = {
    {"module", Category::kModule},
    {"dict", Category::kDict},
    {"cell", Category::kCell},
    {"function", Category::kFunction},
    {"frame", Category::kFrame},
    {"generator", Category::kFrame},
    {"coroutine", Category::kFrame},
    {"async_generator", Category::kFrame},
    {"_asyncio.Task", Category::kTask},
    {"asyncio.tasks.Task", Category::kTask},
    {"asyncio.events.Handle", Category::kTimer},
    {"asyncio.events.TimerHandle", Category::kTimer},
    {"hamt_array_node", Category::kContextNode},
    {"hamt_bitmap_node", Category::kContextNode},
    {"hamt_collision_node", Category::kContextNode},
};

}  // namespace

Categories::Categories(const HeapIndex& heap) : heap_(heap) {
  for (uint32_t row = 0; row < heap.types().size(); ++row) {
    const TypeRow& type = heap.types()[row];
    const auto at = kNamed.find(heap.text(type.name));
    const bool of_classes = (type.flags & kTypeSubclass) != 0;
    by_type_.push_back(at != kNamed.end()                       ? at->second
                       : of_classes                             ? Category::kType
                       : heap.namespaces().is_thread_local(row) ? Category::kThreadLocal
                                                                : Category::kOther);
  }
}

uint32_t field_of(const HeapIndex& heap, uint32_t id, std::string_view label) {
  const ShapeRow& shape = heap.shape(id);
  const Range rows = heap.positions(id);
  for (uint32_t i = 0; i < shape.named && i < rows.size(); ++i) {
    if (heap.text(heap.fields()[shape.first_field + i].label) == label) return heap.target(rows.begin + i);
  }
  return kNone;
}

std::string qualified_name(const HeapIndex& heap, uint32_t id) {
  const uint32_t name = field_of(heap, id, "__qualname__");
  if (name != kNone) {
    if (const auto content = heap.content(name); content && content->is_text) {
      return std::string(content->bytes) + (content->cut ? "…" : "");
    }
  }
  if (const auto content = heap.content(id)) {
    return std::string(content->bytes.substr(0, content->bytes.find(' ')));
  }
  return "<unknown>";
}

}  // namespace heapdump
