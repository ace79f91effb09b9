#pragma once
#include <cstdint>

#include "heap/heap_index.h"
#include "protocol.h"

namespace heapdump {

// A set of hd_reference_kind.
using Kinds = uint32_t;
constexpr Kinds kinds_of(int kind) { return Kinds{1} << kind; }
constexpr Kinds kAllKinds = kinds_of(HD_REF_OTHER + 1) - 1;
constexpr Kinds kStrongKinds = kAllKinds & ~kinds_of(HD_REF_TYPE) & ~kinds_of(HD_REF_WEAK);

// References one after another: all, those of an object, those to an object, or those from one to another.
// The reference of an object to its type is among them, after the others of that object.
class ReferenceWalk {
 public:
  explicit ReferenceWalk(const HeapIndex& heap) : heap_(heap) {}

  void all(Kinds kinds);
  void from(uint32_t source, Kinds kinds);
  void to(uint32_t target, Kinds kinds);
  void between(uint32_t source, uint32_t target, Kinds kinds);
  void nothing();

  bool done() const { return done_; }
  void next();

  uint32_t source() const { return source_; }
  uint32_t target() const { return target_; }
  bool is_type() const { return is_type_; }
  uint64_t position() const { return position_; }  // unless is_type()
  uint8_t kind() const;
  // The same for a reference however it was found.
  uint64_t rowid() const;

 private:
  void reset(Kinds kinds);
  bool step_forward();
  bool step_backward();
  bool wanted() const;
  bool wants_types() const { return (kinds_ & kinds_of(HD_REF_TYPE)) != 0; }
  bool wants_others() const { return (kinds_ & ~kinds_of(HD_REF_TYPE)) != 0; }

  const HeapIndex& heap_;
  bool forward_ = true;
  bool done_ = true;
  Kinds kinds_ = 0;
  uint32_t only_source_ = kNone;
  uint32_t only_target_ = kNone;

  // Forward: the sources that are left, and the positions of the present one. Backward: the referrers that
  // are left.
  uint32_t next_source_ = 0;
  uint32_t end_source_ = 0;
  Range rows_{};
  uint64_t first_row_ = 0;
  bool type_due_ = false;
  Range instances_{};
  bool between_type_ = false;  // Between, backward: the source is an instance of the target

  uint32_t source_ = 0;
  uint32_t target_ = 0;
  uint64_t position_ = 0;
  bool is_type_ = false;
};

}  // namespace heapdump
