#include <algorithm>
#include <iterator>
#include <ranges>

#include "heap/gist.h"
#include "heap/root_path.h"
#include "heap/site_text.h"
#include "protocol.h"
#include "sqlite/table.h"

namespace heapdump {
namespace {

bool has(const HeapIndex& heap, uint32_t id, uint8_t flag) { return (heap.flags(id) & flag) != 0; }

template <typename T>
std::optional<T> known_if(bool known, T value) {
  return known ? std::optional<T>(std::move(value)) : std::nullopt;
}

// That of a task is its name.
template <typename T>
std::optional<T> of_content(OpenHeap& heap, uint32_t id, T Content::*member) {
  if (const std::optional<Content> content = heap.content(id)) return *content.*member;
  const std::string_view name = heap.task_name(id);
  return name.empty() ? std::nullopt : std::optional<T>(Content{name, false, false}.*member);
}

constexpr Column kColumns[] = {
    {"id", kInteger, "0 … n−1, in the order of the addresses; valid only in this dump",
     [](uint32_t id) { return id; }},
    {"address", kAddress, "address in the process, as id() returns it",
     [](OpenHeap& heap, uint32_t id) { return heap.address(id); }},
    {"type", kInteger, "object.id of its type; NULL if the type is not in the dump (damage)",
     [](OpenHeap& heap, uint32_t id) { return Id{heap.types()[heap.type(id)].object}; }},
    {"kind", kText, "the type's name; of a dict that has an object's attributes, `dict of shop.Item`",
     [](OpenHeap& heap, uint32_t id) {
       return heap.groupings().kinds().name(heap.groupings().kinds().of(id));
     }},
    {"size", kInteger,
     "shallow size in bytes: what sys.getsizeof returns for an exact built-in, collector header included; of "
     "an "
     "instance with the values of its attributes (3.11 and newer)",
     [](OpenHeap& heap, uint32_t id) { return heap.size(id); }},
    {"refcount", kInteger, "reference count, without references of heapdump; NULL for an immortal object",
     [](OpenHeap& heap, uint32_t id) { return known_if(!has(heap, id, HD_IMMORTAL), heap.refcount(id)); }},
    {"tracked", kInteger, "1 if the cyclic collector tracks it, else 0",
     [](OpenHeap& heap, uint32_t id) { return has(heap, id, HD_TRACKED); }},
    {"generation", kInteger,
     "generation of the collector: 0, 1, 2, or 3 for the permanent one (gc.freeze); NULL if not known",
     [](OpenHeap& heap, uint32_t id) {
       return known_if(has(heap, id, HD_GENERATION_KNOWN), heap.flags(id) >> HD_GENERATION_SHIFT & 3);
     }},
    {"finalized", kInteger,
     "1 if its tp_finalize (__del__) was called already, as gc.is_finalized() says it, else 0; NULL if the "
     "dump does not tell it",
     [](OpenHeap& heap, uint32_t id) { return known_if(heap.tells_collection(), heap.is_finalized(id)); }},
    {"immortal", kInteger, "1 for an immortal object (CPython 3.12 and newer), else 0",
     [](OpenHeap& heap, uint32_t id) { return has(heap, id, HD_IMMORTAL); }},
    {"content", kText,
     "the text of a str, other objects as Python would show them, cut at the dump's content_limit (bytes), "
     "but for the names of code, classes and modules; of a task its name; "
     "NULL if none was kept",
     [](OpenHeap& heap, uint32_t id) { return of_content(heap, id, &Content::bytes); }},
    {"is_text", kInteger,
     "1 if content is the text of a str, 0 if it is the object as Python would show it; NULL without content",
     [](OpenHeap& heap, uint32_t id) { return of_content(heap, id, &Content::is_text); }},
    {"truncated", kInteger, "1 if content was cut at the limit, 0 if it is complete; NULL without content",
     [](OpenHeap& heap, uint32_t id) { return of_content(heap, id, &Content::cut); }},
    {"gist", kText,
     "in short what an object without content holds: of a container its length and its first keys or items, "
     "of an instance its first attributes that are texts, numbers and the like, of a task, a handle, a "
     "method "
     "and a partial the function that it runs; NULL if there is nothing to tell",
     [](OpenHeap& heap, uint32_t id) {
       const std::string text = gist(heap, id);
       return known_if(!text.empty(), text);
     }},
    {"retained", kInteger,
     "retained size in bytes: what would be freed with the object, the shallow sizes of all that it "
     "dominates; of garbage, what it dominates among the garbage",
     [](OpenHeap& heap, uint32_t id) { return heap.retained(id); }},
    {"dominator", kInteger,
     "object.id of the immediate dominator, the nearest object without which this one would not be alive; "
     "NULL if there is no such object, and for garbage",
     [](OpenHeap& heap, uint32_t id) { return Id{heap.dominator(id)}; }},
    {"depth", kInteger,
     "references on the path that path_to_root returns, 0 if a root holds it; NULL for garbage",
     [](OpenHeap& heap, uint32_t id) { return known_if(!heap.is_garbage(id), heap.depth(id)); }},
    {"garbage", kInteger,
     "1 if nothing keeps it alive: no root reaches it, and only such objects refer to it; else 0",
     [](OpenHeap& heap, uint32_t id) { return heap.is_garbage(id); }},
    {"owner", kText,
     "the nearest holder on its path that has a name: a module's global, an attribute of a class or of a "
     "thread-local, a cell of a closure, a local of a running or suspended function, or a task; if there is "
     "none, the beginning of the path; NULL for garbage",
     [](OpenHeap& heap, uint32_t id) {
       return or_null(heap.is_garbage(id) ? std::string_view() : heap.owners().name(heap.owners().of(id)));
     }},
    {"site", kText,
     "where it was allocated: file, line and, if it is known, the function; NULL if tracemalloc has not "
     "traced "
     "it",
     [](OpenHeap& heap, uint32_t id) {
       const uint32_t site = heap.site(id);
       return known_if(site != kNone, site == kNone ? std::string() : format_site(heap, site));
     }},
    {"site_id", kInteger, "site.id of where it was allocated; NULL if tracemalloc has not traced it",
     [](OpenHeap& heap, uint32_t id) { return Id{heap.site(id)}; }},
    {"path", kText,
     "the path that path_to_root returns (docs/paths.md); NULL for garbage. Computed for each row: for many "
     "rows, merged_paths is faster",
     [](OpenHeap& heap, uint32_t id) { return known_if(!heap.is_garbage(id), format_path(heap, id)); }},
};

constexpr int kId = column_named(kColumns, "id"), kAddressOf = column_named(kColumns, "address"),
              kType = column_named(kColumns, "type"), kSize = column_named(kColumns, "size"),
              kRetained = column_named(kColumns, "retained"), kGarbage = column_named(kColumns, "garbage");

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
int descending_column(int path) { return path == kBySize ? kSize : path == kByRetained ? kRetained : -1; }

// Whether the rows of a path can come in the order asked for.
bool take_order(Plan& plan, int path, int& code) {
  const int descending = descending_column(path);
  const int terms = plan.order_terms();
  if (terms == 0) return false;
  const auto& first = plan.order(0);
  if (descending < 0) {
    if (terms != 1 || (first.iColumn != kId && first.iColumn != kAddressOf && first.iColumn != -1))
      return false;
    if (first.desc) code |= kReverse;
  } else {
    if (first.iColumn != descending || terms > 2) return false;
    if (terms == 2) {
      const auto& second = plan.order(1);
      const bool by_id = second.iColumn == kId || second.iColumn == kAddressOf || second.iColumn == -1;
      if (!by_id || second.desc == first.desc) return false;  // ties come by id when the largest come first
    }
    if (!first.desc) code |= kReverse;
  }
  plan.take_order();
  return true;
}

void plan_objects(const HeapIndex& heap, Plan& plan) {
  const double n = heap.objects();
  const auto answer = [&](int path, const Bounds& bounds, double exact_rows, bool unique) {
    int code = path | bounds.operators;
    take_order(plan, path, code);
    const double rows = bounds.exact        ? exact_rows
                        : bounds.count == 2 ? n / 16
                        : bounds.count == 1 ? n / 4
                                            : n;
    plan.answer(code, rows + 4, rows, unique && bounds.exact);
  };
  for (const int column : {kId, -1}) {
    if (const Bounds bounds = use_bounds(plan, column, "id"); bounds.count > 0)
      return answer(kById, bounds, 1, true);
  }
  if (const Bounds bounds = use_bounds(plan, kAddressOf, "address"); bounds.count > 0) {
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
    return plan.answer(code, n, n);
  }
  return answer(kScan, {}, n, false);
}

class ObjectCursor : public CursorOf<uint32_t> {
 public:
  explicit ObjectCursor(OpenHeap& heap) : heap_(heap) { stand_on(&id_); }

  void filter(const Scan& scan) override {
    const int plan = scan.plan;
    path_ = plan & kPathMask;
    reverse_ = (plan & kReverse) != 0;
    Interval asked;
    for (size_t i = 0; i < scan.values.size(); ++i) {
      asked.restrict(kOperators[plan >> operator_shift(static_cast<int>(i)) & 15], scan.values[i]);
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
        const auto value = [&](uint64_t rank) {
          const uint32_t id = ranked(rank);
          return id == kNone ? 0 : path_ == kBySize ? heap_.size(id) : heap_.retained(id);
        };
        // What the index has in order is looked through first: the rest would be sorted for it.
        const uint32_t first = heap_.ranked();
        const auto ranks =
            std::views::iota(uint64_t{0}, first > 0 && value(first - 1) < asked.low ? uint64_t{first} : n);
        if (asked.high < Interval{}.high) {
          begin_ = std::ranges::lower_bound(ranks, asked.high, std::greater{}, value) - ranks.begin();
        }
        end_ = ranks.size();
        if (asked.low > 0)
          end_ = std::ranges::upper_bound(ranks, asked.low, std::greater{}, value) - ranks.begin();
        end_ = std::max(begin_, end_);
        return;
      }
      default:
        end_ = n;
    }
  }

  uint32_t ranked(uint64_t row) const {
    switch (path_) {
      case kBySize:
        return row < heap_.ranked() ? heap_.by_size(row) : heap_.all_by_size()[row];
      case kByRetained:
        return row < heap_.ranked() ? heap_.by_retained(row) : heap_.all_by_retained()[row];
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

  OpenHeap& heap_;
  int path_ = kScan;
  bool reverse_ = false;
  bool garbage_ = false;  // asked for, of kByGarbage
  uint64_t begin_ = 0;
  uint64_t end_ = 0;
  uint32_t id_ = 0;
};

}  // namespace

extern const Table kObjectTable =
    declare_table<ObjectCursor, kColumns>("object", TableKind::kTable, nullptr, plan_objects);

}  // namespace heapdump
