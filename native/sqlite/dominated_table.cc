#include <algorithm>

#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

using namespace dominated_column;

class DominatedCursor : public TableCursor {
 public:
  explicit DominatedCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(int, std::span<sqlite3_value*> arguments) override {
    object_ = id_ = id_of(arguments[0], heap_.objects());
    above_.clear();
    seen_ = 0;
  }

  bool eof() const override { return id_ == kNone; }

  void next() override {
    const ObjectTree& tree = heap_.dominator_tree();
    const uint32_t child = tree.first_child(id_);
    // The bound holds where a damaged index leads in a circle.
    if (child != kNone && ++seen_ < heap_.objects()) {
      above_.push_back(id_);
      id_ = child;
      return;
    }
    while (!above_.empty()) {
      id_ = tree.next_sibling(id_);
      if (id_ != kNone) return;
      id_ = above_.back();
      above_.pop_back();
    }
    id_ = kNone;
  }

  void column(sqlite3_context* context, int column) override {
    switch (column) {
      case kId:
        return result(context, id_);
      case kDepth:
        return result(context, above_.size());
      default:
        return result(context, object_);
    }
  }

  int64_t rowid() const override { return id_; }

 private:
  OpenHeap& heap_;
  uint32_t object_ = kNone;
  uint32_t id_ = kNone;
  std::vector<uint32_t> above_;
  uint64_t seen_ = 0;
};

struct OfType {
  uint32_t type;
  uint64_t count = 0;
  uint64_t size = 0;
};

class DominatedTypesCursor : public RowsCursor<OfType> {
 public:
  explicit DominatedTypesCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(int, std::span<sqlite3_value*> arguments) override {
    object_ = id_of(arguments[0], heap_.objects());
    std::vector<OfType> types(heap_.types().size());
    for (uint32_t i = 0; i < types.size(); ++i) types[i].type = i;
    std::vector<uint32_t> open;
    if (object_ != kNone) open.push_back(object_);
    // The bound holds where a damaged index leads in a circle.
    for (uint64_t seen = 0; !open.empty() && seen < heap_.objects(); ++seen) {
      const uint32_t id = open.back();
      open.pop_back();
      const ObjectTree& tree = heap_.dominator_tree();
      for (uint32_t child = tree.first_child(id); child != kNone; child = tree.next_sibling(child)) {
        types[heap_.type(child)].count++;
        types[heap_.type(child)].size += heap_.size(child);
        if (tree.first_child(child) != kNone) open.push_back(child);
      }
    }
    std::erase_if(types, [](const OfType& type) { return type.count == 0; });
    std::ranges::stable_sort(types, std::greater{}, &OfType::size);
    begin(std::move(types));
  }

  void column(sqlite3_context* context, int column) override {
    using namespace dominated_types_column;
    switch (column) {
      case kType:
        return result_id(context, heap_.types()[row().type].object);
      case kCount:
        return result(context, row().count);
      case kSize:
        return result(context, row().size);
      default:
        return result(context, object_);
    }
  }

 private:
  OpenHeap& heap_;
  uint32_t object_ = kNone;
};

}  // namespace

const TableKind kDominatedTypesTable = {"dominated_types",
                                        [](const HeapIndex& heap, Plan& plan) {
                                          constexpr int kObject = dominated_types_column::kObject;
                                          return plan_function(plan, kObject, kObject, kObject,
                                                               "object=", heap.objects() + 4.0, 20);
                                        },
                                        [](OpenHeap& heap) -> std::unique_ptr<TableCursor> {
                                          return std::make_unique<DominatedTypesCursor>(heap);
                                        }};
const TableKind kDominatedTable = {
    "dominated",
    [](const HeapIndex& heap, Plan& plan) {
      return plan_function(plan, kObject, kObject, kObject, "object=", heap.objects() / 4.0 + 4,
                           heap.objects() / 100.0);
    },
    [](OpenHeap& heap) -> std::unique_ptr<TableCursor> { return std::make_unique<DominatedCursor>(heap); }};

}  // namespace heapdump
