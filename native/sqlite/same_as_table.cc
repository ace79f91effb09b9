#include "analysis/matching.h"
#include "sqlite/table.h"

namespace heapdump {
namespace {

struct Same {
  uint32_t id = 0;
  uint32_t same = kNone;
  const HeapIndex* other = nullptr;
};

constexpr Column kColumns[] = {
    {"id", kInteger, "object.id of each object", [](const Same& row) { return row.id; }},
    {"same", kInteger,
     "object.id of the same object in the other dump: same address, type and, if immutable, content, else "
     "neighbours in common; NULL if there is none",
     [](const Same& row) { return Id{row.same}; }},
    {"reused", kInteger, "1 if another object has its address in the other dump, else 0",
     [](OpenHeap& heap, const Same& row) {
       return row.same == kNone && row.other->find(heap.address(row.id)) != kNone;
     }},
    {"other", kText, "argument: schema of the other dump, earlier or later", Argument::kNeeded},
};

class SameCursor : public CursorOf<Same> {
 public:
  explicit SameCursor(OpenHeap& heap) : heap_(heap) { stand_on(&at_); }

  void filter(const Scan& scan) override {
    other_ = heap_.heaps().of(scan.arguments.text(0));
    at_.other = other_.get();
    matching_ = &heap_.matching(other_);
    const uint32_t id = scan.plan == 1 ? id_of(scan.values[0], heap_.objects()) : 0;
    end_ = scan.plan == 0 ? heap_.objects() : id == kNone ? 0 : id + 1;
    at_.id = id == kNone ? 0 : id;
    load();
  }

  bool eof() const override { return at_.id >= end_; }
  void next() override {
    at_.id++;
    load();
  }
  int64_t rowid() const override { return at_.id; }

 private:
  void load() {
    if (!eof()) at_.same = matching_->in_old(at_.id);
  }

  OpenHeap& heap_;
  std::shared_ptr<OpenHeap> other_;
  const Matching* matching_ = nullptr;
  uint32_t end_ = 0;
  Same at_;
};

void plan(const HeapIndex& heap, Plan& plan) {
  if (plan.use_equal(column_named(kColumns, "id"), "id=")) return plan.answer(1, 4, 1, true);
  plan.answer(0, heap.objects() + 4.0, heap.objects());
}

}  // namespace

extern const Table kSameAsTable =
    declare_table<SameCursor, kColumns>("same_as", TableKind::kFunction, nullptr, plan);

}  // namespace heapdump
