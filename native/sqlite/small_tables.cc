// The tables of which a dump has few rows: all are scanned; a type is found by its id, a root by its object.
#include <algorithm>

#include "sqlite/virtual_table.h"

namespace heapdump {
namespace {

// Rows [begin, end) of a section; `Row` gives them and their columns.
template <typename Row>
class RowCursor : public TableCursor {
 public:
  explicit RowCursor(OpenHeap& heap) : heap_(heap) {}

  void Filter(int, std::span<sqlite3_value*> arguments) override {
    range_ = arguments.empty() ? Range{0, Row::Rows(heap_).size()} : Row::Find(heap_, arguments[0]);
    Skip();
  }
  bool Eof() const override { return range_.begin == range_.end; }
  void Next() override {
    range_.begin++;
    Skip();
  }
  void Column(sqlite3_context* context, int column) override {
    Row::Column(heap_, Row::Rows(heap_)[range_.begin], context, column);
  }
  int64_t Rowid() const override { return static_cast<int64_t>(range_.begin); }

 private:
  void Skip() {
    while (range_.begin < range_.end && !Row::Exists(Row::Rows(heap_)[range_.begin])) range_.begin++;
  }

  OpenHeap& heap_;
  Range range_{};
};

// What a kind of row has unless it says otherwise.
template <typename R>
struct Plain {
  static Range Find(const HeapIndex&, sqlite3_value*) { return {}; }
  static bool Exists(const R&) { return true; }
};

struct Types : Plain<TypeRow> {
  static auto Rows(const HeapIndex& heap) { return heap.types(); }
  // The row of lost types is there even where no object has one.
  static bool Exists(const TypeRow& row) { return row.address != 0 || row.count != 0; }
  static Range Find(const HeapIndex& heap, sqlite3_value* value) {
    const uint32_t object = IdOf(value, heap.objects());
    const uint32_t type = object == kNone ? kNone : heap.TypeOfObject(object);
    return type == kNone ? Range{} : Range{type, type + uint64_t{1}};
  }
  static void Column(OpenHeap& heap, const TypeRow& row, sqlite3_context* context, int column) {
    using namespace type_column;
    switch (column) {
      case kId:
        return GiveId(context, row.object);
      case kName:
        return GiveText(context, heap.text(row.name));
      case kModule:
        return GiveText(context, heap.text(row.module));
      case kAddress:
        if (row.address != 0) Give(context, row.address);
        return;
      case kFlags:
        return Give(context, row.flags);
      case kCount:
        return Give(context, row.count);
      case kSize:
        return Give(context, row.size);
      default:
        return Give(context, heap.retained_by_type()[static_cast<size_t>(&row - heap.types().data())]);
    }
  }
};

struct Roots : Plain<RootRow> {
  static auto Rows(const HeapIndex& heap) { return heap.roots(); }
  static Range Find(const HeapIndex& heap, sqlite3_value* value) {
    const uint32_t object = IdOf(value, heap.objects());
    if (object == kNone) return {};
    const auto found = std::ranges::equal_range(heap.roots(), object, {}, &RootRow::object);
    const uint64_t begin = static_cast<uint64_t>(found.begin() - heap.roots().begin());
    return {begin, begin + found.size()};
  }
  static void Column(const HeapIndex& heap, const RootRow& row, sqlite3_context* context, int column) {
    using namespace root_column;
    switch (column) {
      case kObject:
        return GiveId(context, row.object);
      case kKind:
        return sqlite3_result_text(context, RootKindName(row.kind), -1, SQLITE_STATIC);
      default:
        return GiveText(context, heap.text(row.name));
    }
  }
};

struct Threads : Plain<ThreadRow> {
  static auto Rows(const HeapIndex& heap) { return heap.threads(); }
  static void Column(const HeapIndex& heap, const ThreadRow& row, sqlite3_context* context, int column) {
    if (column == thread_column::kId) return Give(context, row.id);
    GiveName(context, heap.text(row.name));
  }
};

struct Frames : Plain<FrameRow> {
  static auto Rows(const HeapIndex& heap) { return heap.frames(); }
  static void Column(const HeapIndex& heap, const FrameRow& row, sqlite3_context* context, int column) {
    using namespace frame_column;
    switch (column) {
      case kObject:
        return GiveId(context, row.object);
      case kThread:
        return Give(context, row.thread);
      case kDepth:
        return Give(context, row.depth);
      case kFunction:
        return GiveText(context, heap.text(row.function));
      case kFile:
        return GiveText(context, heap.text(row.file));
      default:
        return Give(context, row.line);
    }
  }
};

struct Modules : Plain<ModuleRow> {
  static auto Rows(const HeapIndex& heap) { return heap.modules(); }
  static void Column(const HeapIndex& heap, const ModuleRow& row, sqlite3_context* context, int column) {
    using namespace module_column;
    switch (column) {
      case kObject:
        return GiveId(context, row.object);
      case kName:
        return GiveText(context, heap.text(row.name));
      default:
        return GiveName(context, heap.text(row.file));
    }
  }
};

struct Meta : Plain<MetaRow> {
  static auto Rows(const HeapIndex& heap) { return heap.meta(); }
  static void Column(const HeapIndex& heap, const MetaRow& row, sqlite3_context* context, int column) {
    GiveText(context, heap.text(column == meta_column::kKey ? row.key : row.value));
  }
};

template <typename Row>
bool PlanScan(const HeapIndex& heap, Plan& plan) {
  const double rows = static_cast<double>(Row::Rows(heap).size());
  plan.Answer(0, rows + 4, rows);
  return true;
}

template <typename Row, int kKey, bool kUnique>
bool PlanKeyed(const HeapIndex& heap, Plan& plan) {
  const int key = plan.Find(kKey, SQLITE_INDEX_CONSTRAINT_EQ);
  if (key < 0) return PlanScan<Row>(heap, plan);
  plan.Use(key, kUnique ? "id=" : "object=");
  plan.Answer(1, 4, 1, kUnique);
  return true;
}

template <typename Row>
std::unique_ptr<TableCursor> Open(OpenHeap& heap) {
  return std::make_unique<RowCursor<Row>>(heap);
}

}  // namespace

const TableKind kTypeTable = {"type", PlanKeyed<Types, type_column::kId, true>, Open<Types>};
const TableKind kRootTable = {"root", PlanKeyed<Roots, root_column::kObject, false>, Open<Roots>};
const TableKind kThreadTable = {"thread", PlanScan<Threads>, Open<Threads>};
const TableKind kFrameTable = {"frame", PlanScan<Frames>, Open<Frames>};
const TableKind kModuleTable = {"module", PlanScan<Modules>, Open<Modules>};
const TableKind kMetaTable = {"meta", PlanScan<Meta>, Open<Meta>};

}  // namespace heapdump
