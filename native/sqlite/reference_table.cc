#include "heap/kind_names.h"
#include "sqlite/reference_plan.h"

namespace heapdump {
namespace {

// A plan: which of source and target are given; their values come in this order.
constexpr int kBySource = 1;
constexpr int kByTarget = 2;

constexpr Column kColumns[] = {
    {"source", kInteger, "object.id of the object that refers",
     [](const ReferenceWalk& walk) { return walk.source(); }},
    {"target", kInteger, "object.id of the object that is referred to",
     [](const ReferenceWalk& walk) { return walk.target(); }},
    {"kind", kText,
     "type, key, value, item, attribute, slot, cell, local, field, weak or other; all but weak keep the "
     "target alive",
     [](const ReferenceWalk& walk) { return reference_kind_name(walk.kind()); }},
    {"label", kText,
     "name of the attribute, slot, cell, local or field, index of the item, or key of the value as Python "
     "shows it; NULL if not known",
     [](OpenHeap& heap, const ReferenceWalk& walk) { return label_of(heap, walk); }},
    {"part", kText,
     "what it adds to the path of the source: .name, [key], [index] if Python goes that way, else a form "
     "with <…> "
     "(docs/paths.md)",
     [](OpenHeap& heap, const ReferenceWalk& walk) { return part_of(heap, walk); }},
    {"position", kInteger, "0 … , place among the references of the source; NULL for kind type",
     [](const ReferenceWalk& walk) { return position_of(walk); }},
};

void plan_references(const HeapIndex& heap, Plan& plan) {
  int code = 0;
  if (plan.use_equal(column_named(kColumns, "source"), "source=")) code |= kBySource;
  if (plan.use_equal(column_named(kColumns, "target"), "target=")) code |= kByTarget;
  const int kinds = plan_kinds(plan, column_named(kColumns, "kind"));
  const double all = static_cast<double>(heap.references()) + heap.objects();
  const double each = all / (1.0 + heap.objects());
  // A few targets have most of the referrers: looking from the source is the better guess if both serve.
  double rows = (code & kBySource) != 0 ? each : (code & kByTarget) != 0 ? 4 * each : all;
  const double cost = rows + 4;
  if ((code & kBySource) != 0 && (code & kByTarget) != 0) rows = 1;
  if ((kinds & kByKind) != 0) rows /= 4;
  plan.answer(code | kinds, cost, rows);
}

class ReferenceCursor : public CursorOf<ReferenceWalk> {
 public:
  explicit ReferenceCursor(const HeapIndex& heap) : heap_(heap), walk_(heap) { stand_on(&walk_); }

  void filter(const Scan& scan) override {
    size_t next = 0;
    uint32_t source = 0, target = 0;
    if ((scan.plan & kBySource) != 0) source = id_of(scan.values[next++], heap_.objects());
    if ((scan.plan & kByTarget) != 0) target = id_of(scan.values[next++], heap_.objects());
    const Kinds kinds = kinds_asked(scan.plan, scan.values.subspan(next));
    if (source == kNone || target == kNone || kinds == 0) return walk_.nothing();
    switch (scan.plan & (kBySource | kByTarget)) {
      case kBySource:
        return walk_.from(source, kinds);
      case kByTarget:
        return walk_.to(target, kinds);
      case kBySource | kByTarget:
        return walk_.between(source, target, kinds);
      default:
        return walk_.all(kinds);
    }
  }

  bool eof() const override { return walk_.done(); }
  void next() override { walk_.next(); }
  int64_t rowid() const override { return static_cast<int64_t>(walk_.rowid()); }

 private:
  const HeapIndex& heap_;
  ReferenceWalk walk_;
};

}  // namespace

extern const Table kReferenceTable =
    declare_table<ReferenceCursor, kColumns>("reference", TableKind::kTable, nullptr, plan_references);

}  // namespace heapdump
