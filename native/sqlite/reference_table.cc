#include "index/label.h"
#include "sqlite/reference_walk.h"
#include "sqlite/virtual_table.h"

namespace heapdump {
namespace {

// A plan: which of source and target are given, whether a kind is, and how many kinds are left out. The
// arguments come in this order.
constexpr int kBySource = 1;
constexpr int kByTarget = 2;
constexpr int kByKind = 4;
constexpr int kWithoutKind = 8;

bool Use(Plan& plan, int column, const char* shown) {
  const int constraint = plan.Find(column, SQLITE_INDEX_CONSTRAINT_EQ);
  if (constraint < 0) return false;
  plan.Use(constraint, shown);
  return true;
}

int PlanKinds(Plan& plan, int column) {
  int code = Use(plan, column, "kind=") ? kByKind : 0;
  for (int i = -1; (i = plan.Find(column, SQLITE_INDEX_CONSTRAINT_NE, i + 1)) >= 0;) {
    plan.Use(i, "kind<>");
    code += kWithoutKind;
  }
  return code;
}

// SQLite looks at every row again: a value that names no kind need not be told from one that does.
Kinds KindsAsked(int plan, std::span<sqlite3_value*> arguments) {
  Kinds kinds = kAllKinds;
  if ((plan & kByKind) != 0) {
    const int kind = KindOf(arguments.front());
    kinds = kind < 0 ? 0 : KindsOf(kind);
    arguments = arguments.subspan(1);
  }
  for (sqlite3_value* argument : arguments) {
    if (const int kind = KindOf(argument); kind >= 0) kinds &= ~KindsOf(kind);
  }
  return kinds;
}

bool PlanReferences(const HeapIndex& heap, Plan& plan) {
  using namespace reference_column;
  int code = 0;
  if (Use(plan, kSource, "source=")) code |= kBySource;
  if (Use(plan, kTarget, "target=")) code |= kByTarget;
  code += PlanKinds(plan, kKind);
  const double all = static_cast<double>(heap.references()) + heap.objects();
  const double each = all / (1.0 + heap.objects());
  // A few targets have most of the referrers: looking from the source is the better guess where both serve.
  double rows = (code & kBySource) != 0 ? each : (code & kByTarget) != 0 ? 4 * each : all;
  const double cost = rows + 4;
  if ((code & kBySource) != 0 && (code & kByTarget) != 0) rows = 1;
  if ((code & kByKind) != 0) rows /= 4;
  plan.Answer(code, cost, rows);
  return true;
}

// The labels and kinds of reference, referrers and referents alike.
void GiveKind(sqlite3_context* context, const ReferenceWalk& walk) {
  sqlite3_result_text(context, ReferenceKindName(walk.kind()), -1, SQLITE_STATIC);
}

void GiveLabel(sqlite3_context* context, const HeapIndex& heap, const ReferenceWalk& walk) {
  if (walk.is_type()) return;
  if (const auto label = Label(heap, walk.source(), walk.position())) {
    sqlite3_result_text64(context, label->data(), label->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
}

void GivePosition(sqlite3_context* context, const ReferenceWalk& walk) {
  if (!walk.is_type()) Give(context, walk.position());
}

class ReferenceCursor : public TableCursor {
 public:
  explicit ReferenceCursor(const HeapIndex& heap) : heap_(heap), walk_(heap) {}

  void Filter(int plan, std::span<sqlite3_value*> arguments) override {
    size_t next = 0;
    uint32_t source = 0, target = 0;
    if ((plan & kBySource) != 0) source = IdOf(arguments[next++], heap_.objects());
    if ((plan & kByTarget) != 0) target = IdOf(arguments[next++], heap_.objects());
    const Kinds kinds = KindsAsked(plan, arguments.subspan(next));
    if (source == kNone || target == kNone || kinds == 0) return walk_.Nothing();
    switch (plan & (kBySource | kByTarget)) {
      case kBySource:
        return walk_.From(source, kinds);
      case kByTarget:
        return walk_.To(target, kinds);
      case kBySource | kByTarget:
        return walk_.Between(source, target, kinds);
      default:
        return walk_.All(kinds);
    }
  }

  bool Eof() const override { return walk_.done(); }
  void Next() override { walk_.Next(); }

  void Column(sqlite3_context* context, int column) override {
    using namespace reference_column;
    switch (column) {
      case kSource:
        return Give(context, walk_.source());
      case kTarget:
        return Give(context, walk_.target());
      case kKind:
        return GiveKind(context, walk_);
      case kLabel:
        return GiveLabel(context, heap_, walk_);
      default:
        return GivePosition(context, walk_);
    }
  }

  int64_t Rowid() const override { return static_cast<int64_t>(walk_.rowid()); }

 private:
  const HeapIndex& heap_;
  ReferenceWalk walk_;
};

bool PlanNeighbours(const HeapIndex& heap, Plan& plan) {
  using namespace neighbour_column;
  if (!Use(plan, kObject, "object=")) return false;
  const int code = PlanKinds(plan, kKind);
  const double rows = static_cast<double>(heap.references() + heap.objects()) / (1.0 + heap.objects());
  plan.Answer(code, rows + 4, rows);
  return true;
}

template <bool kReferrers>
class NeighbourCursor : public TableCursor {
 public:
  explicit NeighbourCursor(const HeapIndex& heap) : heap_(heap), walk_(heap) {}

  void Filter(int plan, std::span<sqlite3_value*> arguments) override {
    object_ = IdOf(arguments[0], heap_.objects());
    const Kinds kinds = KindsAsked(plan, arguments.subspan(1));
    if (object_ == kNone || kinds == 0) return walk_.Nothing();
    if (kReferrers) {
      walk_.To(object_, kinds);
    } else {
      walk_.From(object_, kinds);
    }
  }

  bool Eof() const override { return walk_.done(); }
  void Next() override { walk_.Next(); }

  void Column(sqlite3_context* context, int column) override {
    using namespace neighbour_column;
    switch (column) {
      case kId:
        return Give(context, kReferrers ? walk_.source() : walk_.target());
      case kKind:
        return GiveKind(context, walk_);
      case kLabel:
        return GiveLabel(context, heap_, walk_);
      case kPosition:
        return GivePosition(context, walk_);
      default:
        return Give(context, object_);
    }
  }

  int64_t Rowid() const override { return static_cast<int64_t>(walk_.rowid()); }

 private:
  const HeapIndex& heap_;
  ReferenceWalk walk_;
  uint32_t object_ = kNone;
};

template <typename Cursor>
std::unique_ptr<TableCursor> Open(OpenHeap& heap) {
  return std::make_unique<Cursor>(heap);
}

}  // namespace

const TableKind kReferenceTable = {"reference", PlanReferences, Open<ReferenceCursor>};
const TableKind kReferrersTable = {"referrers", PlanNeighbours, Open<NeighbourCursor<true>>};
const TableKind kReferentsTable = {"referents", PlanNeighbours, Open<NeighbourCursor<false>>};

}  // namespace heapdump
