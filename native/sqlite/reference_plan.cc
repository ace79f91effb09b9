#include "sqlite/reference_plan.h"

#include "heap/kind_names.h"
#include "heap/label.h"
#include "heap/path_step.h"

namespace heapdump {
namespace {

constexpr int kWithoutKind = 8;

}  // namespace

int plan_kinds(Plan& plan, int column) {
  int code = plan.use_equal(column, "kind=") ? kByKind : 0;
  for (int i = -1; (i = plan.find(column, SQLITE_INDEX_CONSTRAINT_NE, i + 1)) >= 0;) {
    plan.use(i, "kind<>");
    code += kWithoutKind;
  }
  return code;
}

// SQLite looks at every row again: a value that names no kind need not be told from one that does.
Kinds kinds_asked(int plan, std::span<sqlite3_value*> values) {
  Kinds kinds = kAllKinds;
  if ((plan & kByKind) != 0) {
    const int kind = kind_of(values.front());
    kinds = kind < 0 ? 0 : kinds_of(kind);
    values = values.subspan(1);
  }
  for (sqlite3_value* value : values) {
    if (const int kind = kind_of(value); kind >= 0) kinds &= ~kinds_of(kind);
  }
  return kinds;
}

std::optional<std::string> label_of(const HeapIndex& heap, const ReferenceWalk& walk) {
  return walk.is_type() ? std::nullopt : label_of(heap, walk.source(), walk.position());
}

std::string part_of(const HeapIndex& heap, const ReferenceWalk& walk) {
  return format_step(heap, {walk.source(), walk.position(), walk.is_type()});
}

std::optional<uint64_t> position_of(const ReferenceWalk& walk) {
  return walk.is_type() ? std::nullopt : std::optional(walk.position());
}

}  // namespace heapdump
