#include "heap/owners.h"

#include <algorithm>

#include "heap/awaits.h"
#include "heap/c_containers.h"
#include "heap/closures.h"
#include "heap/label.h"
#include "heap/object_text.h"
#include "heap/path_up.h"
#include "heap/root_path.h"
#include "heap/runs.h"
#include "heap/type_path.h"
#include "protocol.h"

namespace heapdump {
namespace {}  // namespace

Owners::Owners(const HeapIndex& heap) : heap_(heap), categories_(heap), of_(heap.objects()) {
  names_.number("");
  for (const FrameRow& frame : heap.frames()) {
    if (frame.greenlet == kNone) continue;
    greenlets_.add(frame.greenlet, frame.depth, heap.text(frame.function), heap.text(frame.file));
    if (frame.object != kNone) greenlet_of_frame_.emplace(frame.object, frame.greenlet);
  }
}

uint32_t Owners::of(uint32_t id) {
  if (heap_.is_garbage(id)) return 0;
  way_.clear();
  uint32_t owner = 0;
  for (const uint32_t at : heap_.path_up(id)) {
    if ((owner = of_[at]) != 0) break;
    way_.push_back(at);
    std::string name = own_name(at);
    if (name.empty()) continue;
    owner = names_.number(std::move(name));
    break;
  }
  if (owner == 0) owner = names_.number(format_root_pattern(heap_, way_.back()));
  for (const uint32_t below : way_) of_[below] = owner;
  return owner;
}

std::string Owners::own_name(uint32_t id) {
  const uint32_t parent = heap_.path_parent(id);
  if (parent == id || parent == kNone) return {};
  if (const std::string_view greenlet = greenlet_name(parent); !greenlet.empty())
    return "<greenlet " + std::string(greenlet) + ">";
  switch (categories_[parent]) {
    case Category::kDict:
      return in_namespace(id, parent);
    case Category::kTask:
      return task_name(parent);
    case Category::kTimer:
      return timer_name(parent);
    case Category::kContextNode: {
      const uint32_t variable = context_variable(heap_, parent, step_between(heap_, parent, id).position);
      return variable == kNone ? std::string() : "<" + object_text(heap_, variable).text + ">";
    }
    case Category::kCell:
      return in_closure(parent);
    case Category::kFrame: {
      const PathStep step = step_between(heap_, parent, id);
      if (kind_of(heap_, step) != HD_REF_LOCAL) return {};
      return "<frame " + qualified_name(heap_, parent) + ">" + format_local(heap_, step);
    }
    default:
      return {};
  }
}

std::string Owners::task_name(uint32_t task) const {
  const uint32_t coroutine = coroutine_of(heap_, task);
  return "<task " + (coroutine == kNone ? "?" : qualified_name(heap_, coroutine)) + ">";
}

// The task that a future wakes first when it is done, or kNone.
uint32_t Owners::woken_by(uint32_t future) const {
  constexpr uint64_t kMostLooked = 8;
  const uint32_t callback = field_of(heap_, future, "fut_callback0");
  const Range rows = callback == kNone ? Range{} : heap_.positions(callback);
  for (uint64_t row = rows.begin; row < std::min(rows.end, rows.begin + kMostLooked); ++row) {
    const uint32_t held = heap_.target(row);
    if (held != kNone && categories_[held] == Category::kTask) return held;
  }
  return kNone;
}

// A task that sleeps is woken by a timer.
std::string Owners::timer_name(uint32_t timer) const {
  const uint32_t arguments = field_of(heap_, timer, "_args");
  const Range rows = arguments == kNone ? Range{} : heap_.positions(arguments);
  const uint32_t future = rows.size() == 0 ? kNone : heap_.target(rows.begin);
  const uint32_t task = future == kNone ? kNone : woken_by(future);
  if (task != kNone) return task_name(task);
  const uint32_t code = code_of(heap_, timer);
  if (code != kNone) return "<timer " + qualified_name(heap_, code) + ">";
  const uint32_t callback = field_of(heap_, timer, "_callback");
  return callback == kNone ? std::string() : "<timer " + std::string(heap_.type_name(callback)) + ">";
}

std::string_view Owners::greenlet_name(uint32_t id) const {
  const auto frame = greenlet_of_frame_.find(id);
  return greenlets_.of(frame == greenlet_of_frame_.end() ? id : frame->second);
}

std::string Owners::in_namespace(uint32_t id, uint32_t dict) {
  const uint32_t holder = namespace_holder(heap_, dict);
  if (holder == kNone) return {};
  const Category category = categories_[holder];
  if (category != Category::kModule && category != Category::kType && category != Category::kThreadLocal) {
    return {};
  }
  const PathStep step = step_between(heap_, dict, id);
  if (attribute_name(heap_, step).empty()) return {};
  return (category == Category::kType ? format_type(heap_, holder) : format_path(heap_, holder)) +
         (category == Category::kThreadLocal ? format_pattern(heap_, step, holder)
                                             : format_step(heap_, step, holder));
}

std::string Owners::in_closure(uint32_t cell) const {
  const uint32_t closure = heap_.path_parent(cell);
  if (closure == cell || closure == kNone) return {};
  const uint32_t function = heap_.path_parent(closure);
  if (function == closure || function == kNone || categories_[function] != Category::kFunction) return {};
  const PathStep step = step_between(heap_, closure, cell);
  const std::string name = free_variable(heap_, function, step.position, heap_.positions(closure).size());
  const std::string place =
      name.empty() ? ".__closure__[" + std::to_string(step.position) + "]" : "<cell " + name + ">";
  return "<function " + qualified_name(heap_, function) + ">" + place;
}

}  // namespace heapdump
