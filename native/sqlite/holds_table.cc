#include "sqlite/hold_columns.h"

namespace heapdump {
namespace {

constexpr auto kColumns = joined(
    {
        {"id", kInteger, "object.id of an object that the argument holds, also through its __dict__",
         [](const Hold& hold) { return Id{hold.held}; }},
    },
    kHoldColumns);

class HoldsCursor : public CursorOf<Hold> {
 public:
  explicit HoldsCursor(OpenHeap& heap) : heap_(heap) { stand_on(&hold_); }

  void filter(const Scan& scan) override {
    object_ = scan.arguments.id(0, heap_);
    walks_.clear();
    if (object_ == kNone) return;
    walks_.emplace_back(heap_).from(object_, kStrongKinds);
    load();
  }

  bool eof() const override { return walks_.empty(); }
  void next() override {
    walks_.back().next();
    load();
  }
  int64_t rowid() const override { return static_cast<int64_t>(walks_.back().rowid()); }

 private:
  // The entries of a `__dict__` stand in its place.
  void load() {
    while (!walks_.empty()) {
      ReferenceWalk& at = walks_.back();
      if (at.done()) {
        walks_.pop_back();
        if (!walks_.empty()) walks_.back().next();
      } else if (walks_.size() <= kDeepest && heap_.holders().owner_of_dict(at.target()) == object_) {
        const uint32_t dict = at.target();
        walks_.emplace_back(heap_).from(dict, kinds_of(HD_REF_VALUE));
      } else {
        hold_ = {object_, at.target(), {at.source(), at.position(), false}};
        if (!heap_.holders().is_twice(hold_)) return;
        at.next();
      }
    }
  }

  // A thread-local has a dict of dicts. In a damaged index one could lead to itself.
  static constexpr size_t kDeepest = 2;

  OpenHeap& heap_;
  std::vector<ReferenceWalk> walks_;  // of the object, and of the dicts that are gone through
  uint32_t object_ = kNone;
  Hold hold_{};
};

}  // namespace

extern const Table kHoldsTable =
    declare_table<HoldsCursor, kColumns>("holds", TableKind::kFunction, estimate_holds);

}  // namespace heapdump
