#include "heap/holders.h"

#include <algorithm>

#include "heap/label.h"
#include "protocol.h"

namespace heapdump {
namespace {

bool is_module(const HeapIndex& heap, uint32_t id) {
  const auto roots = std::ranges::equal_range(heap.roots(), id, {}, &RootRow::object);
  return std::ranges::any_of(roots, [](const RootRow& root) { return root.kind == HD_ROOT_MODULE; });
}

// The name of an attribute that is an entry of its holder's `__dict__`; empty otherwise.
std::string attribute_name(const HeapIndex& heap, const Hold& hold) {
  return hold.step.holder == hold.holder ? std::string() : attribute_name(heap, hold.step);
}

}  // namespace

uint8_t kind_of(const HeapIndex& heap, const Hold& hold) {
  const bool is_attribute = !attribute_name(heap, hold).empty();
  return is_attribute ? static_cast<uint8_t>(HD_REF_ATTRIBUTE) : kind_of(heap, hold.step);
}

std::optional<std::string> label_of(const HeapIndex& heap, const Hold& hold) {
  std::string name = attribute_name(heap, hold);
  if (!name.empty()) return name;
  return label_of(heap, hold.step.holder, hold.step.position);
}

std::string format_hold(const HeapIndex& heap, const Hold& hold) {
  return format_step(heap, hold.step, hold.step.holder == hold.holder ? kNone : hold.holder);
}

uint32_t Holders::owner_of_dict(uint32_t id) {
  const auto [at, is_new] = owners_.try_emplace(id, kNone);
  if (is_new) at->second = find_owner(id);
  return at->second;
}

uint32_t Holders::find_owner(uint32_t id) const {
  if (!is_dict(id)) return kNone;
  const Range rows = heap_.referrers(id);
  uint32_t owner = kNone, holder = kNone;
  uint64_t holders = 0;
  for (uint64_t row = rows.begin; row < rows.end; ++row) {
    const auto [source, position] = heap_.referrer(row);
    if (source == kNone || heap_.kind(source, position) == HD_REF_WEAK) continue;
    holders++;
    holder = source;
    if (label_of(heap_, source, position) != "__dict__") continue;
    if (owner != kNone) return kNone;
    owner = source;
  }
  // Every function of a module holds the module's dict, too, which says nothing.
  if (owner != kNone) return holders == 1 || is_module(heap_, owner) ? owner : kNone;
  if (holders != 1) return kNone;
  const uint32_t whole = thread_local_of(id);
  return whole != kNone ? whole : thread_local_of(holder);
}

uint32_t Holders::thread_local_of(uint32_t id) const {
  if (!is_dict(id)) return kNone;
  const Range rows = heap_.referrers(id);
  uint32_t whole = kNone;
  for (uint64_t row = rows.begin; row < rows.end; ++row) {
    const auto [source, position] = heap_.referrer(row);
    if (source == kNone || heap_.kind(source, position) == HD_REF_WEAK) continue;
    if (whole != kNone || label_of(heap_, source, position) != "dummies") return kNone;
    whole = source;
  }
  return whole != kNone && heap_.type_name(whole) == "_thread._local" ? whole : kNone;
}

bool Holders::is_twice(const Hold& hold) const {
  const std::string name = attribute_name(heap_, hold);
  if (name.empty()) return false;
  const Range rows = heap_.positions(hold.holder);
  for (uint64_t position = 0; position < rows.size(); ++position) {
    if (heap_.target(rows.begin + position) == hold.held &&
        heap_.kind(hold.holder, position) == HD_REF_ATTRIBUTE &&
        label_of(heap_, hold.holder, position) == name) {
      return true;
    }
  }
  return false;
}

std::optional<Hold> Holders::to_held(uint32_t source, uint64_t position, uint32_t target) {
  const PathStep step{source, position, false};
  const uint8_t kind = kind_of(heap_, step);
  if (kind == HD_REF_KEY || kind == HD_REF_OTHER) {
    const PathStep best = step_between(heap_, source, target);
    if (!best.is_type && kind_of(heap_, best) != kind) return std::nullopt;
  }
  const uint32_t owner = owner_of_dict(source);
  const Hold hold{owner == kNone || owner == target ? source : owner, target, step};
  return is_twice(hold) ? std::nullopt : std::optional(hold);
}

}  // namespace heapdump
