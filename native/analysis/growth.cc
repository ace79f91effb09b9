#include "analysis/growth.h"

#include <algorithm>
#include <vector>

#include "analysis/successors.h"
#include "heap/path_up.h"
#include "heap/root_path.h"

namespace heapdump {

Growth::Growth(const HeapIndex& last, const ObjectTree& tree, const HeapIndex* first, const HeapIndex* before)
    : last_(last), first_(first), before_(before), growth_(last.objects()) {
  if (first != nullptr) match_.emplace(*first, last);
  if (before != nullptr) match_before_.emplace(*before, last);
  for (uint32_t id = 0; id < last.objects(); ++id) growth_[id] = own(id);
  if (first != nullptr) {
    continues_ = Bits(last.objects());
    charge(last, tree, *first);
  }
  total_ = tree.sum_up(growth_);
  for (const auto& [place, gone] : gone_from_top_) total_ += gone;
  if (before == nullptr) return;
  survived_.resize(last.objects());
  for (uint32_t id = 0; id < last.objects(); ++id) survived_[id] = own_survived(id);
  total_survived_ = tree.sum_up(survived_);
}

int64_t Growth::own(uint32_t id) const {
  if (!match_) return static_cast<int64_t>(last_.size(id));
  const uint32_t old = match_->in_old(id);
  if (old == kNone) return match_->is_new(id) ? static_cast<int64_t>(match_->size_now(id)) : 0;
  if (first_->is_garbage(old) && !last_.is_garbage(id)) return static_cast<int64_t>(match_->size_now(id));
  return static_cast<int64_t>(match_->size_now(id)) - static_cast<int64_t>(first_->size(old));
}

int64_t Growth::own_survived(uint32_t id) const {
  const uint32_t earlier = match_before_ ? match_before_->in_old(id) : kNone;
  if (earlier == kNone) return 0;
  if (is_new(id)) return static_cast<int64_t>(last_.size(id));
  // One that grew where it is.
  const uint32_t old = match_->in_old(id);
  if (old == kNone) return 0;
  const int64_t grown =
      static_cast<int64_t>(before_->size(earlier)) - static_cast<int64_t>(first_->size(old));
  return std::clamp<int64_t>(grown, 0, std::max<int64_t>(own(id), 0));
}

int64_t Growth::garbage_survived(uint32_t id) const {
  if (!match_before_ || match_before_->in_old(id) == kNone) return 0;
  const uint32_t old = match_->in_old(id);
  return old != kNone && first_->is_garbage(old) ? 0 : static_cast<int64_t>(last_.size(id));
}

int64_t Growth::gone_from_top(uint32_t root_kind, std::string_view type) const {
  const auto at = gone_from_top_.find({root_kind, type});
  return at == gone_from_top_.end() ? 0 : at->second;
}

// What went, or became garbage, counts against what stands in its place, or else the nearest holder on its
// path that is still there.
void Growth::charge(const HeapIndex& last, const ObjectTree& tree, const HeapIndex& first) {
  PageArray<uint32_t> now(first.objects());  // id in the last dump + 1, of what is there or has a successor
  Bits stayed(first.objects());
  for (uint32_t id = 0; id < last.objects(); ++id) {
    const uint32_t old = match_->in_old(id);
    if (old == kNone || last.is_garbage(id)) continue;
    now[old] = id + 1;
    stayed.set(old);
  }
  Successors successors(first, last, tree, *match_);
  PageArray<uint32_t> holder(first.objects());  // of others, what it counts against + 1
  // What went with the place where its path begins counts against a sum: numbered on from the ids.
  const uint32_t first_sum = last.objects() + 1;
  std::vector<int64_t*> sums;
  std::vector<uint32_t> way;
  for (uint32_t id = 0; id < first.objects(); ++id) {
    if (first.is_garbage(id) || stayed[id] || !match_->compares_old(id)) continue;
    way.clear();
    uint32_t found = 0;
    for (const uint32_t at : first.path_up(id)) {
      if ((found = now[at] != 0 ? now[at] : holder[at]) != 0) break;
      way.push_back(at);
    }
    if (found == 0) {
      const uint32_t begin = way.back();
      found = holder[begin] = first_sum + static_cast<uint32_t>(sums.size());
      sums.push_back(
          &gone_from_top_[{root_kind(first, begin), first.text(first.types()[first.type(begin)].name)}]);
      way.pop_back();
    }
    for (; !way.empty(); way.pop_back()) {
      const uint32_t gone = way.back(), above = first.path_parent(gone);
      const uint32_t successor = now[above] == 0 ? kNone : successors.find(above, gone, now[above] - 1);
      if (successor != kNone) {
        found = now[gone] = successor + 1;
        continues_.set(successor);
      } else {
        holder[gone] = found;
      }
    }
    const auto size = static_cast<int64_t>(match_->size_old(id));
    if (found >= first_sum) {
      *sums[found - first_sum] -= size;
    } else {
      growth_[found - 1] -= size;
    }
  }
}

}  // namespace heapdump
