#include "analysis/successors.h"

#include "heap/path_step.h"

namespace heapdump {
namespace {

// In what holds more new objects than this, names are not compared: things come and go there.
constexpr size_t kMaxNew = 4096;
// Holders whose places are remembered.
constexpr size_t kMaxHolders = 1 << 16;

std::string place_of(const HeapIndex& heap, uint32_t holder, uint32_t held) {
  std::string place = format_step(heap, step_between(heap, holder, held));
  (place += ' ') += heap.type_name(held);
  return place;
}

}  // namespace

uint32_t Successors::find(uint32_t holder, uint32_t gone, uint32_t holder_now) {
  const Places& places = new_places(holder_now);
  if (places.empty()) return kNone;
  const auto at = places.find(place_of(old_, holder, gone));
  return at == places.end() ? kNone : at->second;
}

const Successors::Places& Successors::new_places(uint32_t holder_now) {
  if (by_holder_.size() >= kMaxHolders) by_holder_.clear();
  const auto [at, inserted] = by_holder_.try_emplace(holder_now);
  if (!inserted) return at->second;
  size_t count = 0;
  for (uint32_t child = tree_.first_child(holder_now); child != kNone; child = tree_.next_sibling(child)) {
    count += matching_.is_new(child);
    if (count > kMaxNew) return at->second;
  }
  for (uint32_t child = tree_.first_child(holder_now); child != kNone && count > 0;
       child = tree_.next_sibling(child)) {
    if (matching_.is_new(child)) at->second.emplace(place_of(now_, holder_now, child), child);
  }
  return at->second;
}

}  // namespace heapdump
