#include "analysis/chains.h"

#include "heap/path_step.h"
#include "heap/path_up.h"

namespace heapdump {
namespace {

constexpr int64_t kDominant = 70;   // percent of what is above; below that it scatters
constexpr int kLinks = 16;          // of one type, one after another, are a chain
constexpr uint32_t kDistance = 16;  // steps from one link to the next
constexpr int kLooked = 1000;       // objects below one that are looked at for another link

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
    if (growth_.of(at) < growth_.of(above) / 100 * kDominant)
      return heap_.type(at) == type && (links > 0 || has_link_below(at));
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

// Whether another one is as near below it as the one above it. A table of objects of its own type is no tree,
// even if somewhere far below one there is another.
bool Chains::has_link_below(uint32_t link) const {
  const uint32_t type = heap_.type(link);
  uint32_t distance = 0;
  for (const uint32_t at : heap_.path_up(link)) {
    if (at != link && heap_.type(at) == type) break;
    if (++distance > kDistance) return false;
  }
  int looked = 0;
  for (Preorder walk = tree_.preorder(link); walk.id() != kNone && looked < kLooked; walk.next(), ++looked) {
    if (walk.depth() > 0 && walk.depth() <= distance && heap_.type(walk.id()) == type) return true;
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
