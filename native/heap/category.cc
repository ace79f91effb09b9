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
    {"asyncio.events.Handle", Category::kTimer},
    {"asyncio.events.TimerHandle", Category::kTimer},
    {"uvloop.loop.Handle", Category::kTimer},
    {"uvloop.loop.TimerHandle", Category::kTimer},
    {"hamt_array_node", Category::kContextNode},
    {"hamt_bitmap_node", Category::kContextNode},
    {"hamt_collision_node", Category::kContextNode},
};

// These and what derives from them.
const std::map<std::string_view, Category> kBases = {
    {"_asyncio.Task", Category::kTask},
    {"asyncio.tasks.Task", Category::kTask},
    {"trio.lowlevel.Task", Category::kTask},
    {"_asyncio.Future", Category::kFuture},
    {"asyncio.futures.Future", Category::kFuture},
    {"_thread._local", Category::kThreadLocal},
};

// Empty if the dump does not have it.
std::string_view class_name(const HeapIndex& heap, uint32_t cls) {
  if (cls == kNone) return {};
  const uint32_t type = heap.type_of_object(cls);
  if (type != kNone) return heap.text(heap.types()[type].name);
  const auto content = heap.content(cls);
  return content ? content->bytes : std::string_view();
}

// Of the classes of a type the first that has one: a task is a future, too.
Category inherited(const HeapIndex& heap, uint32_t type) {
  const TypeRow& row = heap.types()[type];
  if (const auto own = kBases.find(heap.text(row.name)); own != kBases.end()) return own->second;
  const Range rows = bases_of(heap, row.object);
  for (uint64_t at = rows.begin; at < rows.end; ++at) {
    const auto found = kBases.find(class_name(heap, heap.target(at)));
    if (found != kBases.end()) return found->second;
  }
  return Category::kOther;
}

}  // namespace

Categories::Categories(const HeapIndex& heap) : heap_(heap) {
  for (uint32_t row = 0; row < heap.types().size(); ++row) {
    const TypeRow& type = heap.types()[row];
    const auto at = kNamed.find(heap.text(type.name));
    const bool of_classes = (type.flags & kTypeSubclass) != 0;
    by_type_.push_back(at != kNamed.end() ? at->second : of_classes ? Category::kType : inherited(heap, row));
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

Range bases_of(const HeapIndex& heap, uint32_t type_object) {
  const uint32_t order = type_object == kNone ? kNone : field_of(heap, type_object, "__mro__");
  return order == kNone ? Range{} : heap.positions(order);
}

std::string mro_text(const HeapIndex& heap, uint32_t type_object) {
  std::string text;
  const Range rows = bases_of(heap, type_object);
  for (uint64_t at = rows.begin; at < rows.end; ++at) {
    const std::string_view name = class_name(heap, heap.target(at));
    if (!text.empty()) text += ", ";
    text += name.empty() ? "<unknown>" : name;
  }
  return text;
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
