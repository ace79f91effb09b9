#include "heap/namespaces.h"

#include "heap/category.h"
#include "heap/label.h"
#include "protocol.h"

namespace heapdump {
namespace {

bool has_field(const HeapIndex& heap, uint32_t id, std::string_view label) {
  const ShapeRow& shape = heap.shape(id);
  for (uint32_t i = 0; i < shape.named; ++i) {
    if (heap.text(heap.fields()[shape.first_field + i].label) == label) return true;
  }
  return false;
}

}  // namespace

std::optional<std::string_view> whole_str(const HeapIndex& heap, uint32_t id) {
  const std::optional<Content> content = heap.content(id);
  if (!content || !content->is_text || content->cut) return std::nullopt;
  if (heap.type_name(id) != "str" || may_hold_surrogate(content->bytes)) return std::nullopt;
  return content->bytes;
}

bool is_type_object(const HeapIndex& heap, uint32_t id) {
  return (heap.types()[heap.type(id)].flags & kTypeSubclass) != 0 || heap.type_of_object(id) != kNone;
}

uint32_t Namespaces::entry(uint32_t dict, std::string_view name) {
  const Names& of_dict = names(dict);
  const auto at = of_dict.find(name);
  return at == of_dict.end() ? kNone : at->second;
}

uint32_t Namespaces::module(std::string_view name) {
  if (modules_.empty()) {
    for (const RootRow& root : heap_.roots()) {
      if (root.kind == HD_ROOT_MODULE) modules_.try_emplace(heap_.text(root.name), root.object);
    }
  }
  const auto at = modules_.find(name);
  return at == modules_.end() ? kNone : at->second;
}

uint32_t Namespaces::class_attribute(uint32_t type, std::string_view name) {
  for (const uint32_t dict : mro_of(type).dicts) {
    if (const uint32_t value = entry(dict, name); value != kNone) return value;
  }
  return kNone;
}

bool Namespaces::is_thread_local(uint32_t type) {
  constexpr std::string_view kName = "_thread._local";
  Answer& answer = thread_local_[type];
  if (answer != Answer::kNotAsked) return answer == Answer::kYes;
  const TypeRow& row = heap_.types()[type];
  bool found = heap_.text(row.name) == kName;
  const Range rows = bases_of(heap_, row.object);
  for (uint64_t at = rows.begin; at < rows.end && !found; ++at) {
    const uint32_t cls = heap_.target(at);
    const auto content = cls == kNone ? std::nullopt : heap_.content(cls);
    found = content && content->bytes == kName;
  }
  answer = found ? Answer::kYes : Answer::kNo;
  return found;
}

Namespaces::Knowledge Namespaces::knowledge(uint32_t type) { return mro_of(type).knowledge; }

const Namespaces::Names& Namespaces::names(uint32_t dict) {
  const auto [at, is_new] = names_.try_emplace(dict);
  if (!is_new) return at->second;
  const Range rows = heap_.positions(dict);
  for (uint64_t position = 1; position < rows.size(); ++position) {
    if (heap_.kind(dict, position) != HD_REF_VALUE || heap_.kind(dict, position - 1) != HD_REF_KEY) continue;
    const uint32_t key = heap_.target(rows.begin + position - 1), value = heap_.target(rows.begin + position);
    if (key == kNone || value == kNone) continue;
    if (const auto name = whole_str(heap_, key)) at->second.try_emplace(*name, value);
  }
  return at->second;
}

const Namespaces::Mro& Namespaces::mro_of(uint32_t type) {
  Mro& mro = mros_[type];
  if (mro.is_known) return mro;
  mro.is_known = true;
  const uint32_t object = heap_.types()[type].object;
  if (object != kNone && !has_field(heap_, object, "__mro__")) {
    mro.knowledge = Knowledge::kNone;
    return mro;
  }
  const uint32_t order = object == kNone ? kNone : field_of(heap_, object, "__mro__");
  if (order == kNone) {
    mro.knowledge = Knowledge::kParts;
    return mro;
  }
  const Range rows = heap_.positions(order);
  for (uint64_t row = rows.begin; row < rows.end; ++row) {
    const uint32_t cls = heap_.target(row);
    const uint32_t dict = cls == kNone ? kNone : field_of(heap_, cls, "__dict__");
    if (dict == kNone) {
      mro.knowledge = Knowledge::kParts;
    } else {
      mro.dicts.push_back(dict);
    }
  }
  return mro;
}

}  // namespace heapdump
