#include "analysis/object_changes.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {
namespace {

const char* kind_name(ObjectChange::Kind kind) {
  switch (kind) {
    case ObjectChange::Kind::kObject:
      return "object";
    case ObjectChange::Kind::kContent:
      return "content";
    case ObjectChange::Kind::kLine:
      return "line";
    case ObjectChange::Kind::kReference:
      return "reference";
    case ObjectChange::Kind::kUnknown:
      break;
  }
  return "unknown";
}

constexpr Column kColumns[] = {
    {"kind", kText,
     "object: another object has the address, or its __class__ was assigned; content: its own value; line: "
     "where a generator or a coroutine waits; reference: what it refers to; unknown: not compared, since one "
     "dump does not have it. No rows: it is the same, or the other dump has no object at the address",
     [](const ObjectChange& row) { return kind_name(row.kind); }},
    {"part", kText,
     "`.name`, `['key']`, `[3]`, `<element 'x'>`; of line in words what it was and is; of unknown a field, "
     "content, line or entries",
     [](const ObjectChange& row) { return row.part; }},
    {"was", kInteger, "object.id in this dump of what it refers to; NULL if it refers to nothing there",
     [](const ObjectChange& row) { return Id{row.was}; }},
    {"now", kInteger, "the same in the other dump", [](const ObjectChange& row) { return Id{row.now}; }},
    {"object", kInteger, "argument: object.id", Argument::kNeeded},
    {"other", kText, "argument: schema of the other dump", Argument::kNeeded},
    {"is_whole", kInteger,
     "argument, optional: 0 if of the object the other dump has no references but those that its type names; "
     "1 if "
     "not given",
     Argument::kOptional},
};

class ChangesCursor : public RowsCursor<ObjectChange> {
 public:
  explicit ChangesCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(const Scan& scan) override {
    const uint32_t id = scan.arguments.id(0, heap_);
    const auto other = heap_.heaps().of(scan.arguments.text(1));
    const uint32_t at = id == kNone ? kNone : other->find(heap_.address(id));
    const bool is_whole = scan.arguments.integer(2, 1) != 0;
    begin(at == kNone ? std::vector<ObjectChange>() : object_changes(heap_, id, *other, at, is_whole));
  }

 private:
  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) {
  const double rows = static_cast<double>(heap->references()) / (1.0 + heap->objects());
  return {8 * rows + 8, rows};
}

}  // namespace

extern const Table kObjectChangesTable =
    declare_table<ChangesCursor, kColumns>("object_changes", TableKind::kFunction, estimate);

}  // namespace heapdump
