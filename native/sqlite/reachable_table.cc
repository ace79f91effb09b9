#include <optional>

#include "heap/reachable.h"
#include "sqlite/table.h"

namespace heapdump {
namespace {

constexpr Column kColumns[] = {
    {"id", kInteger,
     "object.id of an object that the argument reaches by references other than weak ones and those to "
     "types; the argument first, then the nearest",
     [](const ReachableWalk& walk) { return walk.id(); }},
    {"distance", kInteger, "references on the shortest path",
     [](const ReachableWalk& walk) { return walk.distance(); }},
    {"object", kInteger, "argument: object.id", Argument::kNeeded},
};

class ReachableCursor : public CursorOf<ReachableWalk> {
 public:
  explicit ReachableCursor(const HeapIndex& heap) : heap_(heap) {}

  void filter(const Scan& scan) override {
    walk_.emplace(heap_, scan.arguments.id(0, heap_));
    stand_on(&*walk_);
  }
  bool eof() const override { return walk_->done(); }
  void next() override { walk_->next(); }
  int64_t rowid() const override { return walk_->id(); }

 private:
  const HeapIndex& heap_;
  std::optional<ReachableWalk> walk_;
};

Estimate estimate(const HeapIndex* heap) {
  const double half = heap->objects() / 2.0;
  return {half + static_cast<double>(heap->references()) / 2 + 4, half};
}

}  // namespace

extern const Table kReachableTable =
    declare_table<ReachableCursor, kColumns>("reachable", TableKind::kFunction, estimate);

}  // namespace heapdump
