#include "heap/awaits.h"

#include <algorithm>
#include <unordered_set>

#include "heap/attributes.h"
#include "heap/closures.h"
#include "heap/label.h"
#include "heap/namespaces.h"
#include "heap/runs.h"
#include "protocol.h"

namespace heapdump {
namespace {

constexpr size_t kMostLinks = 1000;
constexpr uint64_t kMostPositions = 16;
// Children of a gather that are looked at.
constexpr uint64_t kMostChildren = 64;

// Objects of C code that hand on to a generator or a future.
bool hands_on(std::string_view type) {
  return type == "_asyncio.FutureIter" || type == "async_generator_asend" ||
         type == "async_generator_athrow" || type == "coroutine_wrapper" || type == "anext_awaitable";
}

bool is_of_asyncio(const HeapIndex& heap, uint32_t code) {
  return code_file(heap, code).ends_with("/asyncio/tasks.py");
}

// In a dump of a script the name of a task of C code has no label: it is the last text, or number, without
// one.
uint32_t unnamed_name(const HeapIndex& heap, uint32_t task) {
  const Range rows = heap.positions(task);
  if (field_of(heap, task, "_coro") == kNone || rows.size() > 2 * kMostPositions) return kNone;
  for (uint64_t position = rows.size(); position > 0; --position) {
    const uint32_t held = heap.target(rows.begin + position - 1);
    if (held == kNone || label_of(heap, task, position - 1)) continue;
    if (heap.type_name(held) == "str" || heap.type_name(held) == "int") return held;
  }
  return kNone;
}

class Builder {
 public:
  Builder(const HeapIndex& heap, const Categories& categories) : heap_(heap), categories_(categories) {}

  AwaitChain build(uint32_t start) {
    uint32_t at = categories_[start] == Category::kTask ? coroutine_of(heap_, start) : start;
    while (at != kNone && chain_.links.size() < kMostLinks && seen_.insert(at).second) at = next(at);
    if (at != kNone && seen_.contains(at)) chain_.end = kNone;
    // How trio stops a task is the same wherever it waits.
    while (!chain_.links.empty() && is_trap(chain_.links.back().object)) chain_.links.pop_back();
    return std::move(chain_);
  }

 private:
  bool is_trap(uint32_t generator) const {
    return generator != kNone && code_file(heap_, generator).ends_with("/trio/_core/_traps.py");
  }

  // Where the chain goes on; kNone where it ends.
  uint32_t next(uint32_t at) {
    chain_.end = kNone;
    if (is_generator(heap_.type_name(at))) return in_generator(at);
    if (is_future(at)) return through_future(at);
    chain_.end = at;
    return hands_on(heap_.type_name(at)) ? handed_on(at) : kNone;
  }

  uint32_t in_generator(uint32_t at) {
    std::string name = qualified_name(heap_, at);
    // The future of Python code waits in one that yields itself.
    if (name == "Future.__await__" || name == "Future.__iter__") {
      if (const uint32_t future = local_of(heap_, at, "self"); future != kNone && is_future(future))
        return future;
    }
    chain_.links.push_back({at, std::move(name)});
    // To CPython 3.11 it waits for a future of its own, beside the one that it was given.
    if (chain_.links.back().name == "wait_for" && is_of_asyncio(heap_, at)) {
      const uint32_t given = local_of(heap_, at, "fut");
      if (given != kNone && is_future(given)) return inside(given);
    }
    const SuspendedRow* const suspended = heap_.suspended(at);
    if (suspended != nullptr) return suspended->awaited;
    // Dumps that do not tell where it waits.
    for (const std::string_view label : {"cr_await", "ag_await", "gi_yieldfrom"}) {
      if (const uint32_t awaited = field_of(heap_, at, label); awaited != kNone) return awaited;
    }
    return kNone;
  }

  uint32_t handed_on(uint32_t at) const {
    const Range rows = heap_.positions(at);
    for (uint64_t row = rows.begin; row < std::min(rows.end, rows.begin + kMostPositions); ++row) {
      const uint32_t held = heap_.target(row);
      if (held != kNone && (is_generator(heap_.type_name(held)) || is_future(held))) return held;
    }
    return kNone;
  }

  uint32_t through_future(uint32_t at) {
    chain_.end = at;
    const std::string_view type = heap_.type_name(at);
    if (type == "asyncio.tasks._GatheringFuture") return through_gather(at);
    const uint32_t inner = shielded(at);
    if (inner == kNone) return kNone;
    chain_.links.push_back({kNone, "shield"});
    return inside(inner);
  }

  // What a task that asyncio made of a coroutine runs; another future is what is waited for.
  uint32_t inside(uint32_t future) const {
    const uint32_t coroutine = categories_[future] == Category::kTask ? coroutine_of(heap_, future) : kNone;
    return coroutine == kNone ? future : coroutine;
  }

  // Goes on in one of those that are waited for if all of them are alike.
  uint32_t through_gather(uint32_t at) {
    const uint32_t children = attribute_of(heap_, at, "_children");
    const Range rows = children == kNone ? Range{} : heap_.positions(children);
    chain_.links.push_back({kNone, "gather of " + std::to_string(rows.size())});
    uint32_t first = kNone;
    for (uint64_t row = rows.begin; row < std::min(rows.end, rows.begin + kMostChildren); ++row) {
      const uint32_t child = heap_.target(row);
      if (child == kNone) return kNone;
      const uint32_t coroutine = inside(child);
      const bool waits = coroutine != child && heap_.suspended(coroutine) != nullptr;
      if (!waits) continue;
      if (first != kNone && qualified_name(heap_, first) != qualified_name(heap_, coroutine)) return kNone;
      if (first == kNone) first = coroutine;
    }
    return first;
  }

  uint32_t shielded_by(uint32_t callback) const {
    const auto content = heap_.content(callback);
    if (!content || content->is_text || !content->bytes.starts_with("shield.<locals>._outer_done_callback "))
      return kNone;
    return value_of_free_variable(heap_, callback, "inner");
  }

  // What a future that shield() made stands for, or kNone: it is told by what it calls when it is cancelled.
  uint32_t shielded(uint32_t future) const {
    if (const uint32_t first = field_of(heap_, future, "fut_callback0"); first != kNone) {
      if (const uint32_t inner = shielded_by(first); inner != kNone) return inner;
    }
    const uint32_t callbacks = attribute_of(heap_, future, "_callbacks");
    const Range rows = callbacks == kNone ? Range{} : heap_.positions(callbacks);
    for (uint64_t row = rows.begin; row < std::min(rows.end, rows.begin + kMostPositions); ++row) {
      const uint32_t entry = heap_.target(row);
      const Range pair = entry == kNone ? Range{} : heap_.positions(entry);
      if (pair.size() == 0 || heap_.target(pair.begin) == kNone) continue;
      if (const uint32_t inner = shielded_by(heap_.target(pair.begin)); inner != kNone) return inner;
    }
    return kNone;
  }

  bool is_future(uint32_t id) const {
    const Category category = categories_[id];
    return category == Category::kFuture || category == Category::kTask;
  }

  const HeapIndex& heap_;
  const Categories& categories_;
  AwaitChain chain_;
  std::unordered_set<uint32_t> seen_;
};

}  // namespace

bool is_generator(std::string_view type) {
  return type == "coroutine" || type == "generator" || type == "async_generator";
}

uint32_t coroutine_of(const HeapIndex& heap, uint32_t task) {
  const uint32_t coroutine = attribute_of(heap, task, "_coro");
  return coroutine != kNone ? coroutine : attribute_of(heap, task, "coro");  // trio
}

std::string task_name(const HeapIndex& heap, uint32_t task) {
  uint32_t name = attribute_of(heap, task, "_name");
  if (name == kNone) name = attribute_of(heap, task, "name");
  if (name == kNone) name = unnamed_name(heap, task);
  const auto content = name == kNone ? std::nullopt : heap.content(name);
  if (!content) return {};
  if (content->is_text) return std::string(content->bytes) + (content->cut ? "…" : "");
  // From 3.12 a number, of which asyncio makes a name when it is asked for it.
  return heap.type_name(name) == "int" ? "Task-" + std::string(content->bytes) : std::string();
}

AwaitChain await_chain(const HeapIndex& heap, const Categories& categories, uint32_t start) {
  return Builder(heap, categories).build(start);
}

std::string format_chain(const AwaitChain& chain) {
  std::string text;
  for (const AwaitChain::Link& link : chain.links) (text += text.empty() ? "" : " › ") += link.name;
  return text;
}

}  // namespace heapdump
