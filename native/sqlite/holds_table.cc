#include "sqlite/hold_columns.h"

namespace heapdump {
namespace {

constexpr auto kColumns = joined(
    {
        {"id", kInteger, "object.id of an object that the one asked for holds, be it through its __dict__",
         [](const Hold& hold) { return Id{hold.held}; }},
    },
    kHoldColumns);

class HoldsCursor : public CursorOf<Hold> {
 public:
  explicit HoldsCursor(OpenHeap& heap) : heap_(heap), own_(heap), of_dict_(heap) { stand_on(&hold_); }

  void filter(const Scan& scan) override {
    object_ = scan.arguments.id(0, heap_);
    of_dict_.nothing();
    if (object_ == kNone) return own_.nothing();
    own_.from(object_, kStrongKinds);
    load();
  }

  bool eof() const override { return own_.done() && of_dict_.done(); }
  void next() override {
    // The entries of a `__dict__` stand in its place.
    if (!of_dict_.done()) {
      of_dict_.next();
      if (of_dict_.done()) own_.next();
    } else {
      own_.next();
    }
    load();
  }
  int64_t rowid() const override {
    return static_cast<int64_t>(of_dict_.done() ? own_.rowid() : of_dict_.rowid());
  }

 private:
  void load() {
    while (of_dict_.done() && !own_.done()) {
      if (heap_.holders().owner_of_dict(own_.target()) != object_) break;
      of_dict_.from(own_.target(), kinds_of(HD_REF_VALUE));
      if (of_dict_.done()) own_.next();
    }
    if (eof()) return;
    const ReferenceWalk& at = of_dict_.done() ? own_ : of_dict_;
    hold_ = {object_, at.target(), {at.source(), at.position(), false}};
  }

  OpenHeap& heap_;
  ReferenceWalk own_, of_dict_;
  uint32_t object_ = kNone;
  Hold hold_{};
};

}  // namespace

extern const Table kHoldsTable =
    declare_table<HoldsCursor, kColumns>("holds", TableKind::kFunction, estimate_holds);

}  // namespace heapdump
