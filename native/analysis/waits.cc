#include "analysis/waits.h"

#include <algorithm>
#include <ranges>

#include "heap/attributes.h"
#include "heap/label.h"
#include "heap/runs.h"
#include "protocol.h"

namespace heapdump {
namespace {

// `Future` of `_asyncio.Future`; types of others have their module.
std::string short_name(std::string_view type) {
  const bool is_asyncio = type.starts_with("_asyncio.") || type.starts_with("asyncio.");
  return std::string(is_asyncio ? type.substr(type.rfind('.') + 1) : type);
}

bool is_snapshot(const HeapIndex& heap) {
  const std::string_view mode = heap.meta("mode");
  return !mode.empty() && mode != "python";
}

}  // namespace

// A task knows its future also where code that is not Python's awaits it.
AwaitChain Waits::chain(uint32_t id) const {
  AwaitChain chain = await_chain(heap_, categories_, id);
  if (chain.end == kNone && categories_[id] == Category::kTask) {
    const uint32_t future = attribute_of(heap_, id, "_fut_waiter");
    if (future != kNone && heap_.type_name(future) != "NoneType") chain.end = future;
  }
  return chain;
}

std::optional<Wait> Waits::of(uint32_t id) const { return of(chain(id)); }

std::optional<Wait> Waits::of(const AwaitChain& chain) const {
  for (const AwaitChain::Link& link : std::views::reverse(chain.links)) {
    if (link.object == kNone) continue;
    const SuspendedRow* const suspended = heap_.suspended(link.object);
    if (suspended == nullptr) return std::nullopt;
    return Wait{link.name, std::string(code_file(heap_, link.object)), suspended->line, waits_for(chain)};
  }
  return std::nullopt;
}

std::string Waits::waits_for(const AwaitChain& chain) const {
  if (chain.end == kNone) return {};
  const Category category = categories_[chain.end];
  std::string text = short_name(heap_.type_name(chain.end));
  if (category == Category::kTask) {
    if (const std::string name = task_name(heap_, chain.end); !name.empty()) text += " " + repr(name, false);
  }
  if (category != Category::kTask && category != Category::kFuture) return text;
  const char* const state = future_state(chain.end);
  return state == nullptr ? text : text + ", " + state;
}

bool Waits::has_callbacks(uint32_t future) const {
  if (field_of(heap_, future, "fut_callback0") != kNone) return true;
  const uint32_t callbacks = attribute_of(heap_, future, "_callbacks");
  return callbacks != kNone && heap_.type_name(callbacks) == "list" && heap_.positions(callbacks).size() > 0;
}

// A future drops its callbacks when it is done.
const char* Waits::future_state(uint32_t future) const {
  if (const uint32_t state = attribute_of(heap_, future, "_state"); state != kNone) {
    const auto content = heap_.content(state);
    const std::string_view text = content ? content->bytes : std::string_view();
    if (text == "PENDING") return "pending";
    if (text == "CANCELLED") return "cancelled";
    if (text == "FINISHED") return "done";
  }
  if (has_callbacks(future)) return "pending";
  if (attribute_of(heap_, future, "_exception") != kNone) return "failed";
  if (attribute_of(heap_, future, "_result") != kNone) return "done";
  return nullptr;
}

bool Waits::runs(uint32_t coroutine) const {
  const uint32_t frame = frame_of(heap_, coroutine);
  for (const uint32_t id : {coroutine, frame}) {
    if (id == kNone) continue;
    const auto roots = std::ranges::equal_range(heap_.roots(), id, {}, &RootRow::object);
    if (std::ranges::find(roots, HD_ROOT_FRAME, &RootRow::kind) != roots.end()) return true;
  }
  return false;
}

TaskState Waits::state(uint32_t task) const {
  const auto holds = [&](std::string_view label) {
    const uint32_t value = attribute_of(heap_, task, label);
    return value != kNone && (label == "_result" || heap_.type_name(value) != "NoneType");
  };
  const uint32_t coroutine = coroutine_of(heap_, task);
  if (coroutine != kNone && heap_.suspended(coroutine) != nullptr) return TaskState::kPending;
  if (coroutine != kNone && runs(coroutine)) return TaskState::kRunning;
  if (holds("_exception")) return TaskState::kFailed;
  // A future of Python code has the result None until it is done.
  const uint32_t state = attribute_of(heap_, task, "_state");
  const auto content = state == kNone ? std::nullopt : heap_.content(state);
  if (content && content->bytes == "CANCELLED") return TaskState::kCancelled;
  if (holds("_result")) return TaskState::kDone;
  // What has ended without a result. Python mode does not tell what runs.
  const bool is_native = field_of(heap_, task, "_loop") != kNone;
  const bool tells = is_snapshot(heap_) && !heap_.suspended().empty();  // older dumps do not
  return coroutine != kNone && is_native && tells ? TaskState::kCancelled : TaskState::kUnknown;
}

}  // namespace heapdump
