#include <algorithm>
#include <iterator>
#include <ranges>

#include "heap/root_path.h"
#include "protocol.h"
#include "sqlite/virtual_table.h"

namespace heapdump {
namespace {

using namespace object_column;

// A plan: how the rows are found, the operators of up to two arguments, and whether they come in reverse.
enum Path { kScan, kById, kByAddress, kByType, kBySize, kByRetained, kByGarbage };
constexpr unsigned char kOperators[] = {0,
                                        SQLITE_INDEX_CONSTRAINT_EQ,
                                        SQLITE_INDEX_CONSTRAINT_GT,
                                        SQLITE_INDEX_CONSTRAINT_GE,
                                        SQLITE_INDEX_CONSTRAINT_LT,
                                        SQLITE_INDEX_CONSTRAINT_LE};
constexpr const char* kShown[] = {"", "=", ">", ">=", "<", "<="};
constexpr int kPathMask = 15;
constexpr int kReverse = 1 << 12;
int operator_shift(int argument) { return 4 + 4 * argument; }

struct Bounds {
  int operators = 0;
  bool exact = false;
  int count = 0;
};

// Uses the constraints on a column: one for equality, else one for each end.
Bounds use_bounds(Plan& plan, int column, const char* name) {
  Bounds bounds;
  const auto use = [&](int op) {
    const int constraint = plan.find(column, kOperators[op]);
    if (constraint < 0) return false;
    plan.use(constraint, std::string(name) + kShown[op]);
    bounds.operators |= op << operator_shift(bounds.count++);
    return true;
  };
  bounds.exact = use(1);
  if (!bounds.exact) {
    if (!use(2)) use(3);
    if (!use(4)) use(5);
  }
  return bounds;
}

// The column by which a path gives the rows, largest first, or -1: then they come by id.
int descending_column(int path) {
  return path == kBySize ? kSize + 0 : path == kByRetained ? kRetained + 0 : -1;
}

// Whether the rows of a path can come in the order asked for.
bool take_order(Plan& plan, int path, int& code) {
  const int descending = descending_column(path);
  const int terms = plan.order_terms();
  if (terms == 0) return false;
  const auto& first = plan.order(0);
  if (descending < 0) {
    if (terms != 1 || (first.iColumn != kId && first.iColumn != kAddress && first.iColumn != -1))
      return false;
    if (first.desc) code |= kReverse;
  } else {
    if (first.iColumn != descending || terms > 2) return false;
    if (terms == 2) {
      const auto& second = plan.order(1);
      const bool by_id = second.iColumn == kId || second.iColumn == kAddress || second.iColumn == -1;
      if (!by_id || second.desc == first.desc) return false;  // ties come by id when the largest come first
    }
    if (!first.desc) code |= kReverse;
  }
  plan.take_order();
  return true;
}

bool plan_objects(const HeapIndex& heap, Plan& plan) {
  const double n = heap.objects();
  const auto answer = [&](int path, const Bounds& bounds, double exact_rows, bool unique) {
    int code = path | bounds.operators;
    take_order(plan, path, code);
    const double rows = bounds.exact        ? exact_rows
                        : bounds.count == 2 ? n / 16
                        : bounds.count == 1 ? n / 4
                                            : n;
    plan.answer(code, rows + 4, rows, unique && bounds.exact);
    return true;
  };
  for (const int column : {kId + 0, -1}) {
    if (const Bounds bounds = use_bounds(plan, column, "id"); bounds.count > 0)
      return answer(kById, bounds, 1, true);
  }
  if (const Bounds bounds = use_bounds(plan, kAddress, "address"); bounds.count > 0) {
    return answer(kByAddress, bounds, 1, true);
  }
  if (const int type = plan.find(kType, SQLITE_INDEX_CONSTRAINT_EQ); type >= 0) {
    plan.use(type, "type=");
    return answer(kByType, {1 << operator_shift(0), true, 1}, n / (1.0 + heap.types().size()), false);
  }
  if (const int garbage = plan.find(kGarbage, SQLITE_INDEX_CONSTRAINT_EQ); garbage >= 0) {
    plan.use(garbage, "garbage=");
    return answer(kByGarbage, {1 << operator_shift(0), true, 1}, n / 100, false);
  }
  constexpr std::pair<Path, const char*> kDescending[] = {{kBySize, "size"}, {kByRetained, "retained"}};
  for (const auto& [path, name] : kDescending) {
    if (const Bounds bounds = use_bounds(plan, descending_column(path), name); bounds.count > 0) {
      return answer(path, bounds, n / 100, false);
    }
  }
  for (const auto& [path, name] : kDescending) {
    int code = path;
    if (plan.order_terms() == 0 || plan.order(0).iColumn != descending_column(path) ||
        !take_order(plan, path, code)) {
      continue;
    }
    plan.show(std::string(name) + (code & kReverse ? " ascending" : " descending"));
    plan.answer(code, n, n);
    return true;
  }
  return answer(kScan, {}, n, false);
}

class ObjectCursor : public TableCursor {
 public:
  explicit ObjectCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(int plan, std::span<sqlite3_value*> arguments) override {
    path_ = plan & kPathMask;
    reverse_ = (plan & kReverse) != 0;
    Interval asked;
    for (size_t i = 0; i < arguments.size(); ++i) {
      asked.restrict(kOperators[plan >> operator_shift(static_cast<int>(i)) & 15], arguments[i]);
    }
    begin_ = end_ = 0;
    garbage_ = path_ == kByGarbage && asked.low == 1;
    if (!asked.empty()) find(asked);
    load();
  }

  bool eof() const override { return begin_ == end_; }

  void next() override {
    if (reverse_) {
      end_--;
    } else {
      begin_++;
    }
    load();
  }

  void column(sqlite3_context* context, int column) override {
    const uint8_t flags = heap_.flags(id_);
    switch (column) {
      case kId:
        return result(context, id_);
      case kAddress:
        return result(context, heap_.address(id_));
      case kType:
        return result_id(context, heap_.types()[heap_.type(id_)].object);
      case kSize:
        return result(context, heap_.size(id_));
      case kRefcount:
        if ((flags & HD_IMMORTAL) == 0) result(context, heap_.refcount(id_));
        return;
      case kTracked:
        return result(context, (flags & HD_TRACKED) != 0);
      case kGeneration:
        if ((flags & HD_GENERATION_KNOWN) != 0) result(context, flags >> HD_GENERATION_SHIFT & 3);
        return;
      case kImmortal:
        return result(context, (flags & HD_IMMORTAL) != 0);
      case kRetained:
        return result(context, heap_.retained(id_));
      case kDominator:
        return result_id(context, heap_.dominator(id_));
      case kDepth:
        if (!heap_.is_garbage(id_)) result(context, heap_.depth(id_));
        return;
      case kGarbage:
        return result(context, heap_.is_garbage(id_));
      case kOwner:
        if (!heap_.is_garbage(id_)) result_copy(context, heap_.owners().name(heap_.owners().of(id_)));
        return;
      case kPathText:
        if (!heap_.is_garbage(id_)) result_copy(context, format_path(heap_, id_));
        return;
      default:
        return content_column(context, column);
    }
  }

  int64_t rowid() const override { return id_; }

 private:
  // The rows asked for, as a range of ids or of a permutation.
  void find(const Interval& asked) {
    const uint64_t n = heap_.objects();
    switch (path_) {
      case kById:
        begin_ = std::min(asked.low, n);
        end_ = std::max(begin_, std::min(asked.high, n - 1) + 1);
        if (n == 0) end_ = begin_;
        return;
      case kByAddress:
        begin_ = heap_.lower_bound(asked.low);
        end_ = std::max<uint64_t>(begin_, heap_.lower_bound(asked.high + 1));
        return;
      case kByType: {
        const uint32_t type = asked.low < n ? heap_.type_of_object(static_cast<uint32_t>(asked.low)) : kNone;
        if (type == kNone) return;
        const Range range = heap_.instances(type);
        begin_ = range.begin, end_ = range.end;
        return;
      }
      case kBySize:
      case kByRetained: {
        const auto ranks = std::views::iota(uint64_t{0}, n);
        const auto value = [&](uint64_t rank) {
          const uint32_t id = ranked(rank);
          return id == kNone ? 0 : path_ == kBySize ? heap_.size(id) : heap_.retained(id);
        };
        begin_ = std::ranges::lower_bound(ranks, asked.high, std::greater{}, value) - ranks.begin();
        end_ = std::max<uint64_t>(
            begin_, std::ranges::upper_bound(ranks, asked.low, std::greater{}, value) - ranks.begin());
        return;
      }
      default:
        end_ = n;
    }
  }

  uint32_t ranked(uint64_t row) const {
    switch (path_) {
      case kBySize:
        return heap_.by_size(row);
      case kByRetained:
        return heap_.by_retained(row);
      case kByType:
        return heap_.by_type(row);
      default:
        return static_cast<uint32_t>(row);
    }
  }

  // Finds the id of the row; passes over those that are not asked for, and those that a damaged index
  // spoiled.
  void load() {
    while (begin_ != end_) {
      const uint64_t row = reverse_ ? end_ - 1 : begin_;
      id_ = ranked(row);
      if (id_ != kNone && (path_ != kByGarbage || heap_.is_garbage(id_) == garbage_)) return;
      if (reverse_) {
        end_--;
      } else {
        begin_++;
      }
    }
  }

  void content_column(sqlite3_context* context, int column) {
    const std::optional<Content> content = heap_.content(id_);
    if (!content) return;
    if (column == kContent) result_text(context, content->bytes);
    if (column == kIsText) result(context, content->is_text);
    if (column == kTruncated) result(context, content->cut);
  }

  OpenHeap& heap_;
  int path_ = kScan;
  bool reverse_ = false;
  bool garbage_ = false;  // asked for, of kByGarbage
  uint64_t begin_ = 0;
  uint64_t end_ = 0;
  uint32_t id_ = 0;
};

}  // namespace

const TableKind kObjectTable = {"object", plan_objects, [](OpenHeap& heap) -> std::unique_ptr<TableCursor> {
                                  return std::make_unique<ObjectCursor>(heap);
                                }};

}  // namespace heapdump
