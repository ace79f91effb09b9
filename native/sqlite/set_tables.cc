#include <bit>

#include "sqlite/object_set.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

// The objects of a set, in the order of their ids.
class BitsCursor : public CursorOf<uint32_t> {
 public:
  bool eof() const override { return word_at_ >= end_; }
  void next() override {
    word_ &= word_ - 1;
    find();
  }
  int64_t rowid() const override { return id_; }

 protected:
  void begin(std::shared_ptr<const Bits> set) {
    set_ = std::move(set);
    word_at_ = 0;
    end_ = set_->words().size();
    word_ = set_->words()[0];
    stand_on(&id_);
    find();
  }
  // That object alone, if it is in the set.
  void begin_at(std::shared_ptr<const Bits> set, uint32_t id) {
    set_ = std::move(set);
    word_at_ = id / Bits::kWord;
    end_ = word_at_ + 1;
    word_ = (*set_)[id] ? uint64_t{1} << id % Bits::kWord : 0;
    stand_on(&id_);
    find();
  }

 private:
  void find() {
    while (word_ == 0) {
      if (++word_at_ >= end_) return;
      word_ = set_->words()[word_at_];
    }
    id_ = static_cast<uint32_t>(word_at_ * 64 + std::countr_zero(word_));
  }

  std::shared_ptr<const Bits> set_;
  size_t word_at_ = 0, end_ = 0;
  uint64_t word_ = 0;
  uint32_t id_ = 0;
};

constexpr Column kMembersColumns[] = {
    {"id", kInteger, "object.id of an object of the set", [](uint32_t id) { return id; }},
    {"of", kText, "argument: the set (docs/sets.md)", Argument::kNeeded},
};

constexpr Column kFreedColumns[] = {
    {"id", kInteger,
     "object.id of an object that would be freed if all of the set went at once, those of the set among them",
     [](uint32_t id) { return id; }},
    {"of", kText, "argument: the set (docs/sets.md)", Argument::kNeeded},
};

class MembersCursor : public BitsCursor {
 public:
  explicit MembersCursor(OpenHeap& heap) : heap_(heap) {}
  void filter(const Scan& scan) override {
    std::shared_ptr<const Bits> set = heap_.set(scan.arguments.text(0));
    if (scan.plan == 0) return begin(std::move(set));
    const uint32_t id = id_of(scan.values[0], heap_.objects());
    if (id == kNone) return begin(std::make_shared<const Bits>(0));
    begin_at(std::move(set), id);
  }

 private:
  OpenHeap& heap_;
};

class FreedCursor : public BitsCursor {
 public:
  explicit FreedCursor(OpenHeap& heap) : heap_(heap) {}
  void filter(const Scan& scan) override {
    begin(std::make_shared<const Bits>(heap_.joint().freed_with(*heap_.set(scan.arguments.text(0)))));
  }

 private:
  OpenHeap& heap_;
};

struct SetTotals {
  uint64_t count = 0, size = 0, freed = 0, freed_size = 0;
};

constexpr Column kTotalsColumns[] = {
    {"count", kInteger, "objects of the set", [](const SetTotals& row) { return row.count; }},
    {"size", kInteger, "shallow sizes of these together, in bytes",
     [](const SetTotals& row) { return row.size; }},
    {"freed", kInteger, "objects that would be freed with all of them at once, themselves among them",
     [](const SetTotals& row) { return row.freed; }},
    {"freed_size", kInteger, "shallow sizes of those together, in bytes",
     [](const SetTotals& row) { return row.freed_size; }},
    {"of", kText, "argument: the set (docs/sets.md)", Argument::kNeeded},
    {"objects", kBlob,
     "argument, optional: the objects of the set to count, as object_set(id) returns them; all if not given",
     Argument::kOptional},
};

class TotalsCursor : public RowsCursor<SetTotals> {
 public:
  explicit TotalsCursor(OpenHeap& heap) : heap_(heap) {}
  void filter(const Scan& scan) override {
    const Bits set = objects_of(heap_, scan.arguments, 0, 1);
    SetTotals totals;
    add(set, totals.count, totals.size);
    add(heap_.joint().freed_with(set), totals.freed, totals.freed_size);
    begin({totals});
  }

 private:
  void add(const Bits& set, uint64_t& count, uint64_t& size) const {
    set.each([&](uint32_t id) {
      count++;
      size += heap_.size(id);
    });
  }

  OpenHeap& heap_;
};

void plan_members(const HeapIndex& heap, Plan& plan) {
  if (plan.use_equal(column_named(kMembersColumns, "id"), "id=")) return plan.answer(1, 8, 1, true);
  plan.answer(0, heap.objects() + 4.0, heap.objects() / 8.0);
}

Estimate many(const HeapIndex* heap) { return {heap->objects() + 4.0, heap->objects() / 8.0}; }
Estimate one(const HeapIndex* heap) { return {heap->objects() * 4.0 + 4, 1}; }

}  // namespace

extern const Table kMembersTable =
    declare_table<MembersCursor, kMembersColumns>("members", TableKind::kFunction, nullptr, plan_members);
extern const Table kFreedTable =
    declare_table<FreedCursor, kFreedColumns>("freed", TableKind::kFunction, many);
extern const Table kSetTotalsTable =
    declare_table<TotalsCursor, kTotalsColumns>("set_totals", TableKind::kFunction, one);

}  // namespace heapdump
