#include "sqlite/virtual_table.h"

namespace heapdump {
namespace {

using namespace dominated_column;

class DominatedCursor : public TableCursor {
 public:
  explicit DominatedCursor(OpenHeap& heap) : heap_(heap) {}

  void Filter(int, std::span<sqlite3_value*> arguments) override {
    object_ = id_ = IdOf(arguments[0], heap_.objects());
    above_.clear();
  }

  bool Eof() const override { return id_ == kNone; }

  void Next() override {
    const DominatorTree& tree = heap_.dominator_tree();
    const uint32_t child = tree.first_child(id_);
    if (child != kNone) {
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

  void Column(sqlite3_context* context, int column) override {
    switch (column) {
      case kId:
        return Give(context, id_);
      case kDepth:
        return Give(context, above_.size());
      default:
        return Give(context, object_);
    }
  }

  int64_t Rowid() const override { return id_; }

 private:
  OpenHeap& heap_;
  uint32_t object_ = kNone;
  uint32_t id_ = kNone;
  std::vector<uint32_t> above_;
};

}  // namespace

const TableKind kDominatedTable = {
    "dominated",
    [](const HeapIndex& heap, Plan& plan) {
      const int object = plan.Find(kObject, SQLITE_INDEX_CONSTRAINT_EQ);
      if (object < 0) return false;
      plan.Use(object, "object=");
      plan.Answer(0, heap.objects() / 4.0 + 4, heap.objects() / 100.0);
      return true;
    },
    [](OpenHeap& heap) -> std::unique_ptr<TableCursor> { return std::make_unique<DominatedCursor>(heap); }};

}  // namespace heapdump
