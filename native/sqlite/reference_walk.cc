#include "sqlite/reference_walk.h"

#include <utility>

namespace heapdump {

void ReferenceWalk::reset(Kinds kinds) {
  forward_ = true;
  done_ = false;
  kinds_ = kinds;
  only_source_ = only_target_ = kNone;
  next_source_ = end_source_ = 0;
  rows_ = instances_ = {};
  type_due_ = between_type_ = false;
}

void ReferenceWalk::nothing() {
  reset(0);
  done_ = true;
}

void ReferenceWalk::all(Kinds kinds) {
  reset(kinds);
  end_source_ = heap_.objects();
  next();
}

void ReferenceWalk::from(uint32_t source, Kinds kinds) {
  reset(kinds);
  next_source_ = source;
  end_source_ = source + 1;
  next();
}

void ReferenceWalk::to(uint32_t target, Kinds kinds) {
  reset(kinds);
  forward_ = false;
  target_ = target;
  if (wants_others()) rows_ = heap_.referrers(target);
  const uint32_t type = heap_.type_of_object(target);
  if (type != kNone && wants_types()) instances_ = heap_.instances(type);
  next();
}

void ReferenceWalk::between(uint32_t source, uint32_t target, Kinds kinds) {
  // The way with fewer references to look at: a hub may have millions.
  if (heap_.positions(source).size() <= heap_.referrers(target).size()) {
    reset(kinds);
    only_target_ = target;
    next_source_ = source;
    end_source_ = source + 1;
  } else {
    reset(kinds);
    forward_ = false;
    target_ = target;
    only_source_ = source;
    rows_ = heap_.referrers(target);
    // The one reference to the type that can count is known without looking through the instances.
    between_type_ = heap_.types()[heap_.type(source)].object == target;
  }
  next();
}

void ReferenceWalk::next() {
  do {
    if (!(forward_ ? step_forward() : step_backward())) {
      done_ = true;
      return;
    }
  } while (!wanted());
}

bool ReferenceWalk::step_forward() {
  for (;;) {
    while (rows_.begin < rows_.end) {
      const uint64_t row = rows_.begin++;
      target_ = heap_.target(row);
      if (target_ == kNone) continue;
      is_type_ = false;
      position_ = row - first_row_;
      return true;
    }
    if (type_due_) {
      type_due_ = false;
      target_ = heap_.types()[heap_.type(source_)].object;
      is_type_ = true;
      if (target_ != kNone) return true;
    }
    if (next_source_ == end_source_) return false;
    source_ = next_source_++;
    rows_ = wants_others() ? heap_.positions(source_) : Range{};
    first_row_ = rows_.begin;
    type_due_ = wants_types();
  }
}

bool ReferenceWalk::step_backward() {
  while (rows_.begin < rows_.end) {
    const Reference reference = heap_.referrer(rows_.begin++);
    if (reference.source == kNone) continue;
    source_ = reference.source;
    position_ = reference.position;
    is_type_ = false;
    return true;
  }
  is_type_ = true;
  if (std::exchange(between_type_, false)) {
    source_ = only_source_;
    return true;
  }
  while (instances_.begin < instances_.end) {
    source_ = heap_.by_type(instances_.begin++);
    if (source_ != kNone) return true;
  }
  return false;
}

bool ReferenceWalk::wanted() const {
  return (only_source_ == kNone || source_ == only_source_) &&
         (only_target_ == kNone || target_ == only_target_) &&
         (kinds_ == kAllKinds || (kinds_ & kinds_of(kind())) != 0);
}

uint8_t ReferenceWalk::kind() const {
  return is_type_ ? static_cast<uint8_t>(HD_REF_TYPE) : heap_.kind(source_, position_);
}

uint64_t ReferenceWalk::rowid() const {
  return is_type_ ? heap_.positions() + source_ : heap_.positions(source_).begin + position_;
}

}  // namespace heapdump
