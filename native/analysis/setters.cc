#include "analysis/setters.h"

#include <algorithm>
#include <deque>

#include "heap/attributes.h"
#include "heap/label.h"
#include "heap/path_step.h"
#include "heap/root_path.h"
#include "heap/runs.h"
#include "protocol.h"

namespace heapdump {
namespace {

constexpr size_t kMostLooked = 256;
constexpr uint64_t kMostReferrers = 64;

const std::unordered_set<std::string_view> kHandOn = {"tuple",
                                                      "list",
                                                      "dict",
                                                      "set",
                                                      "collections.deque",
                                                      "cell",
                                                      "function",
                                                      "method",
                                                      "builtin_function_or_method",
                                                      "functools.partial",
                                                      "method-wrapper"};

}  // namespace

// The objects by which the task itself holds what it waits for.
std::unordered_set<uint32_t> Setters::waiting(uint32_t task, const AwaitChain& chain) const {
  std::unordered_set<uint32_t> own{task};
  for (const AwaitChain::Link& link : chain.links) {
    if (link.object == kNone) continue;
    own.insert(link.object);
    if (const uint32_t frame = frame_of(heap_, link.object); frame != kNone) own.insert(frame);
  }
  return own;
}

std::string Setters::of(uint32_t task, const AwaitChain& chain) {
  // One of trio waits for no object: what is to wake it holds the task itself.
  const uint32_t awaited = chain.end == kNone ? task : chain.end;
  if (awaited != task && categories_[awaited] == Category::kTask) return {};  // it is named already
  std::unordered_set<uint32_t> seen = waiting(task, chain);
  seen.insert(awaited);
  std::deque<uint32_t> queue{awaited};
  size_t looked = 0;
  for (; !queue.empty() && looked < kMostLooked; queue.pop_front()) {
    const Range rows = heap_.referrers(queue.front());
    for (uint64_t row = rows.begin; row < std::min(rows.end, rows.begin + kMostReferrers); ++row) {
      const auto [holder, position] = heap_.referrer(row);
      if (holder == kNone || heap_.kind(holder, position) == HD_REF_WEAK || !seen.insert(holder).second)
        continue;
      looked++;
      switch (role(holder, position)) {
        case Role::kWaits:
          break;
        case Role::kHandsOn:
          queue.push_back(holder);
          break;
        case Role::kSets:
          return name(holder, queue.front());
      }
    }
  }
  return {};
}

Setters::Role Setters::role(uint32_t holder, uint64_t position) const {
  const std::string_view type = heap_.type_name(holder);
  if (type == "_asyncio.FutureIter" || type == "type" || type == "_contextvars.Context") return Role::kWaits;
  // Trio's own bookkeeping.
  if (type == "trio.Nursery" || type.starts_with("trio._core._run.")) return Role::kWaits;
  const Category category = categories_[holder];
  if (category == Category::kTask) {
    const auto label = label_of(heap_, holder, position);
    return label == "_fut_waiter" || label == "_asyncio_awaited_by" || type == "trio.lowlevel.Task"
               ? Role::kWaits
               : Role::kSets;
  }
  if (category == Category::kFuture) return Role::kHandsOn;
  if (kHandOn.contains(type)) {
    const uint32_t whole = category == Category::kDict ? namespace_holder(heap_, holder) : kNone;
    return whole != kNone && categories_[whole] == Category::kModule ? Role::kSets : Role::kHandsOn;
  }
  return Role::kSets;
}

std::string Setters::name(uint32_t holder, uint32_t held) {
  switch (categories_[holder]) {
    case Category::kTimer: {
      if (heap_.type_name(holder).ends_with("TimerHandle")) return "timer";
      const uint32_t code = code_of(heap_, holder);
      return code == kNone ? "callback" : "callback " + qualified_name(heap_, code);
    }
    case Category::kTask: {
      const std::string name = task_name(heap_, holder);
      return name.empty() ? "task" : "task " + repr(name, false);
    }
    case Category::kDict:
      return format_path(heap_, held);
    case Category::kFrame:
      return "local of " + qualified_name(heap_, holder);
    default: {
      const uint32_t owner = owners_.of(holder);
      const std::string type(heap_.type_name(holder));
      return owner == 0 ? type : type + " " + owners_.name(owner);
    }
  }
}

}  // namespace heapdump
