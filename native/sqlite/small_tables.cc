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

  void filter(int, std::span<sqlite3_value*> arguments) override {
    range_ = arguments.empty() ? Range{0, Row::rows(heap_).size()} : Row::find(heap_, arguments[0]);
    skip();
  }
  bool eof() const override { return range_.begin == range_.end; }
  void next() override {
    range_.begin++;
    skip();
  }
  void column(sqlite3_context* context, int column) override {
    Row::column(heap_, Row::rows(heap_)[range_.begin], context, column);
  }
  int64_t rowid() const override { return static_cast<int64_t>(range_.begin); }

 private:
  void skip() {
    while (range_.begin < range_.end && !Row::exists(Row::rows(heap_)[range_.begin])) range_.begin++;
  }

  OpenHeap& heap_;
  Range range_{};
};

// What a kind of row has unless it says otherwise.
template <typename R>
struct Plain {
  static Range find(const HeapIndex&, sqlite3_value*) { return {}; }
  static bool exists(const R&) { return true; }
};

struct Types : Plain<TypeRow> {
  static auto rows(const HeapIndex& heap) { return heap.types(); }
  // The row of lost types is there even where no object has one.
  static bool exists(const TypeRow& row) { return row.address != 0 || row.count != 0; }
  static Range find(const HeapIndex& heap, sqlite3_value* value) {
    const uint32_t object = id_of(value, heap.objects());
    const uint32_t type = object == kNone ? kNone : heap.type_of_object(object);
    return type == kNone ? Range{} : Range{type, type + uint64_t{1}};
  }
  static void column(OpenHeap& heap, const TypeRow& row, sqlite3_context* context, int column) {
    using namespace type_column;
    switch (column) {
      case kId:
        return result_id(context, row.object);
      case kName:
        return result_text(context, heap.text(row.name));
      case kModule:
        return result_text(context, heap.text(row.module));
      case kAddress:
        if (row.address != 0) result(context, row.address);
        return;
      case kFlags:
        return result(context, row.flags);
      case kCount:
        return result(context, row.count);
      case kSize:
        return result(context, row.size);
      default:
        return result(context, heap.retained_by_type()[static_cast<size_t>(&row - heap.types().data())]);
    }
  }
};

struct Roots : Plain<RootRow> {
  static auto rows(const HeapIndex& heap) { return heap.roots(); }
  static Range find(const HeapIndex& heap, sqlite3_value* value) {
    const uint32_t object = id_of(value, heap.objects());
    if (object == kNone) return {};
    const auto found = std::ranges::equal_range(heap.roots(), object, {}, &RootRow::object);
    const uint64_t begin = static_cast<uint64_t>(found.begin() - heap.roots().begin());
    return {begin, begin + found.size()};
  }
  static void column(const HeapIndex& heap, const RootRow& row, sqlite3_context* context, int column) {
    using namespace root_column;
    switch (column) {
      case kObject:
        return result_id(context, row.object);
      case kKind:
        return sqlite3_result_text(context, root_kind_name(row.kind), -1, SQLITE_STATIC);
      default:
        return result_text(context, heap.text(row.name));
    }
  }
};

struct Threads : Plain<ThreadRow> {
  static auto rows(const HeapIndex& heap) { return heap.threads(); }
  static void column(const HeapIndex& heap, const ThreadRow& row, sqlite3_context* context, int column) {
    if (column == thread_column::kId) return result(context, row.id);
    result_name(context, heap.text(row.name));
  }
};

struct Frames : Plain<FrameRow> {
  static auto rows(const HeapIndex& heap) { return heap.frames(); }
  static void column(const HeapIndex& heap, const FrameRow& row, sqlite3_context* context, int column) {
    using namespace frame_column;
    switch (column) {
      case kObject:
        return result_id(context, row.object);
      case kThread:
        return result(context, row.thread);
      case kDepth:
        return result(context, row.depth);
      case kFunction:
        return result_text(context, heap.text(row.function));
      case kFile:
        return result_text(context, heap.text(row.file));
      default:
        return result(context, row.line);
    }
  }
};

struct Modules : Plain<ModuleRow> {
  static auto rows(const HeapIndex& heap) { return heap.modules(); }
  static void column(const HeapIndex& heap, const ModuleRow& row, sqlite3_context* context, int column) {
    using namespace module_column;
    switch (column) {
      case kObject:
        return result_id(context, row.object);
      case kName:
        return result_text(context, heap.text(row.name));
      default:
        return result_name(context, heap.text(row.file));
    }
  }
};

struct Meta : Plain<MetaRow> {
  static auto rows(const HeapIndex& heap) { return heap.meta(); }
  static void column(const HeapIndex& heap, const MetaRow& row, sqlite3_context* context, int column) {
    result_text(context, heap.text(column == meta_column::kKey ? row.key : row.value));
  }
};

template <typename Row>
bool plan_scan(const HeapIndex& heap, Plan& plan) {
  const double rows = static_cast<double>(Row::rows(heap).size());
  plan.answer(0, rows + 4, rows);
  return true;
}

template <typename Row, int kKey, bool kUnique>
bool plan_keyed(const HeapIndex& heap, Plan& plan) {
  const int key = plan.find(kKey, SQLITE_INDEX_CONSTRAINT_EQ);
  if (key < 0) return plan_scan<Row>(heap, plan);
  plan.use(key, kUnique ? "id=" : "object=");
  plan.answer(1, 4, 1, kUnique);
  return true;
}

template <typename Row>
std::unique_ptr<TableCursor> open_cursor(OpenHeap& heap) {
  return std::make_unique<RowCursor<Row>>(heap);
}

}  // namespace

const TableKind kTypeTable = {"type", plan_keyed<Types, type_column::kId, true>, open_cursor<Types>};
const TableKind kRootTable = {"root", plan_keyed<Roots, root_column::kObject, false>, open_cursor<Roots>};
const TableKind kThreadTable = {"thread", plan_scan<Threads>, open_cursor<Threads>};
const TableKind kFrameTable = {"frame", plan_scan<Frames>, open_cursor<Frames>};
const TableKind kModuleTable = {"module", plan_scan<Modules>, open_cursor<Modules>};
const TableKind kMetaTable = {"meta", plan_scan<Meta>, open_cursor<Meta>};

}  // namespace heapdump
