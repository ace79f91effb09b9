#include "heap/label.h"
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

bool use(Plan& plan, int column, const char* shown) {
  const int constraint = plan.find(column, SQLITE_INDEX_CONSTRAINT_EQ);
  if (constraint < 0) return false;
  plan.use(constraint, shown);
  return true;
}

int plan_kinds(Plan& plan, int column) {
  int code = use(plan, column, "kind=") ? kByKind : 0;
  for (int i = -1; (i = plan.find(column, SQLITE_INDEX_CONSTRAINT_NE, i + 1)) >= 0;) {
    plan.use(i, "kind<>");
    code += kWithoutKind;
  }
  return code;
}

// SQLite looks at every row again: a value that names no kind need not be told from one that does.
Kinds kinds_asked(int plan, std::span<sqlite3_value*> arguments) {
  Kinds kinds = kAllKinds;
  if ((plan & kByKind) != 0) {
    const int kind = kind_of(arguments.front());
    kinds = kind < 0 ? 0 : kinds_of(kind);
    arguments = arguments.subspan(1);
  }
  for (sqlite3_value* argument : arguments) {
    if (const int kind = kind_of(argument); kind >= 0) kinds &= ~kinds_of(kind);
  }
  return kinds;
}

bool plan_references(const HeapIndex& heap, Plan& plan) {
  using namespace reference_column;
  int code = 0;
  if (use(plan, kSource, "source=")) code |= kBySource;
  if (use(plan, kTarget, "target=")) code |= kByTarget;
  code += plan_kinds(plan, kKind);
  const double all = static_cast<double>(heap.references()) + heap.objects();
  const double each = all / (1.0 + heap.objects());
  // A few targets have most of the referrers: looking from the source is the better guess where both serve.
  double rows = (code & kBySource) != 0 ? each : (code & kByTarget) != 0 ? 4 * each : all;
  const double cost = rows + 4;
  if ((code & kBySource) != 0 && (code & kByTarget) != 0) rows = 1;
  if ((code & kByKind) != 0) rows /= 4;
  plan.answer(code, cost, rows);
  return true;
}

// The labels and kinds of reference, referrers and referents alike.
void result_kind(sqlite3_context* context, const ReferenceWalk& walk) {
  sqlite3_result_text(context, reference_kind_name(walk.kind()), -1, SQLITE_STATIC);
}

void result_label(sqlite3_context* context, const HeapIndex& heap, const ReferenceWalk& walk) {
  if (walk.is_type()) return;
  if (const auto label = label_of(heap, walk.source(), walk.position())) {
    sqlite3_result_text64(context, label->data(), label->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
}

void result_position(sqlite3_context* context, const ReferenceWalk& walk) {
  if (!walk.is_type()) result(context, walk.position());
}

class ReferenceCursor : public TableCursor {
 public:
  explicit ReferenceCursor(const HeapIndex& heap) : heap_(heap), walk_(heap) {}

  void filter(int plan, std::span<sqlite3_value*> arguments) override {
    size_t next = 0;
    uint32_t source = 0, target = 0;
    if ((plan & kBySource) != 0) source = id_of(arguments[next++], heap_.objects());
    if ((plan & kByTarget) != 0) target = id_of(arguments[next++], heap_.objects());
    const Kinds kinds = kinds_asked(plan, arguments.subspan(next));
    if (source == kNone || target == kNone || kinds == 0) return walk_.nothing();
    switch (plan & (kBySource | kByTarget)) {
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

  void column(sqlite3_context* context, int column) override {
    using namespace reference_column;
    switch (column) {
      case kSource:
        return result(context, walk_.source());
      case kTarget:
        return result(context, walk_.target());
      case kKind:
        return result_kind(context, walk_);
      case kLabel:
        return result_label(context, heap_, walk_);
      default:
        return result_position(context, walk_);
    }
  }

  int64_t rowid() const override { return static_cast<int64_t>(walk_.rowid()); }

 private:
  const HeapIndex& heap_;
  ReferenceWalk walk_;
};

bool plan_neighbours(const HeapIndex& heap, Plan& plan) {
  using namespace neighbour_column;
  if (!use(plan, kObject, "object=")) return false;
  const int code = plan_kinds(plan, kKind);
  const double rows = static_cast<double>(heap.references() + heap.objects()) / (1.0 + heap.objects());
  plan.answer(code, rows + 4, rows);
  return true;
}

template <bool kReferrers>
class NeighbourCursor : public TableCursor {
 public:
  explicit NeighbourCursor(const HeapIndex& heap) : heap_(heap), walk_(heap) {}

  void filter(int plan, std::span<sqlite3_value*> arguments) override {
    object_ = id_of(arguments[0], heap_.objects());
    const Kinds kinds = kinds_asked(plan, arguments.subspan(1));
    if (object_ == kNone || kinds == 0) return walk_.nothing();
    if (kReferrers) {
      walk_.to(object_, kinds);
    } else {
      walk_.from(object_, kinds);
    }
  }

  bool eof() const override { return walk_.done(); }
  void next() override { walk_.next(); }

  void column(sqlite3_context* context, int column) override {
    using namespace neighbour_column;
    switch (column) {
      case kId:
        return result(context, kReferrers ? walk_.source() : walk_.target());
      case kKind:
        return result_kind(context, walk_);
      case kLabel:
        return result_label(context, heap_, walk_);
      case kPosition:
        return result_position(context, walk_);
      default:
        return result(context, object_);
    }
  }

  int64_t rowid() const override { return static_cast<int64_t>(walk_.rowid()); }

 private:
  const HeapIndex& heap_;
  ReferenceWalk walk_;
  uint32_t object_ = kNone;
};

template <typename Cursor>
std::unique_ptr<TableCursor> open_cursor(OpenHeap& heap) {
  return std::make_unique<Cursor>(heap);
}

}  // namespace

const TableKind kReferenceTable = {"reference", plan_references, open_cursor<ReferenceCursor>};
const TableKind kReferrersTable = {"referrers", plan_neighbours, open_cursor<NeighbourCursor<true>>};
const TableKind kReferentsTable = {"referents", plan_neighbours, open_cursor<NeighbourCursor<false>>};

}  // namespace heapdump
