#include "analysis/chains.h"

#include "heap/path_step.h"

namespace heapdump {
namespace {

constexpr int64_t kDominant = 70;  // percent of what is above; below that it scatters
constexpr int kLinks = 16;         // of one type, one after another, are a chain

}  // namespace

bool Chains::is_link(uint32_t child, uint32_t holder, uint32_t chain) const {
  const uint32_t type = heap_.type(child);
  if (!roles_.is_container(type)) return type == chain && is_chain(child, holder);
  return holder != ObjectTree::kTop && type == heap_.type(holder) &&
         namespace_holder(heap_, holder) == kNone && is_nested(child, holder);
}

// Whether the links of one type that begin with `link` go on and on, or branch, so that it is the whole of
// them that grew. `holder` has the first of them.
bool Chains::is_chain(uint32_t link, uint32_t holder) const {
  const uint32_t type = heap_.type(link);
  uint32_t above = holder, at = link;
  int links = 0;
  for (int steps = 0; steps < kLinks * 4; ++steps) {
    if (growth_.of(at) < growth_.of(above) / 100 * kDominant) return heap_.type(at) == type;
    if (heap_.type(at) == type && ++links == kLinks) return true;
    uint32_t next = kNone;
    for (uint32_t child = tree_.first_child(at); child != kNone; child = tree_.next_sibling(child)) {
      if (next == kNone || growth_.of(child) > growth_.of(next)) next = child;
    }
    if (next == kNone) return false;
    above = at;
    at = next;
  }
  return false;
}

// Whether the container `holder` begins a chain of nothing but containers of its type: a linked list of
// pairs, a trie of dicts without branches.
bool Chains::is_nested(uint32_t link, uint32_t holder) const {
  const uint32_t type = heap_.type(holder);
  uint32_t above = holder, at = link;
  for (int links = 0; links < kLinks; ++links) {
    if (growth_.of(at) < growth_.of(above) / 100 * kDominant) return false;
    above = at;
    uint32_t next = kNone;
    for (uint32_t child = tree_.first_child(at); child != kNone; child = tree_.next_sibling(child)) {
      if (heap_.type(child) == type && (next == kNone || growth_.of(child) > growth_.of(next))) next = child;
    }
    if (next == kNone) return false;
    at = next;
  }
  return true;
}

}  // namespace heapdump
