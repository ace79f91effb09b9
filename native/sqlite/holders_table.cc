#include "sqlite/hold_columns.h"

namespace heapdump {
namespace {

constexpr auto kColumns = joined(
    {
        {"id", kInteger,
         "object.id of an object that holds the argument; the instance, if its __dict__ holds it",
         [](const Hold& hold) { return Id{hold.holder}; }},
    },
    kHoldColumns);

class HoldersCursor : public CursorOf<Hold> {
 public:
  explicit HoldersCursor(OpenHeap& heap) : heap_(heap), walk_(heap) { stand_on(&hold_); }

  void filter(const Scan& scan) override {
    const uint32_t object = scan.arguments.id(0, heap_);
    if (object == kNone) return walk_.nothing();
    walk_.to(object, kStrongKinds);
    load();
  }

  bool eof() const override { return walk_.done(); }
  void next() override {
    walk_.next();
    load();
  }
  int64_t rowid() const override { return static_cast<int64_t>(walk_.rowid()); }

 private:
  void load() {
    for (; !walk_.done(); walk_.next()) {
      const auto hold = heap_.holders().to_held(walk_.source(), walk_.position(), walk_.target());
      if (!hold) continue;
      hold_ = *hold;
      return;
    }
  }

  OpenHeap& heap_;
  ReferenceWalk walk_;
  Hold hold_{};
};

}  // namespace

extern const Table kHoldersTable =
    declare_table<HoldersCursor, kColumns>("holders", TableKind::kFunction, estimate_holds);

}  // namespace heapdump
