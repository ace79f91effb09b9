#include <charconv>

#include "heap/path_search.h"
#include "heap/root_path.h"
#include "sqlite/rows_cursor.h"
#include "support/error.h"

namespace heapdump {
namespace {

using namespace path_to_root_column;

struct Step {
  uint64_t path;
  uint64_t step;
  uint32_t id;
  uint32_t holder;  // kNone at step 0
  std::string part;
  size_t length;
  std::string whole;
};

uint32_t avoided_id(const HeapIndex& heap, std::string_view digits) {
  uint32_t id = kNone;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), id);
  if (error != std::errc() || end != digits.end() || id >= heap.objects()) {
    throw Error(ExitCode::kUsage, "there is no object " + std::string(digits) + " to avoid");
  }
  return id;
}

Avoid parse_avoid(const HeapIndex& heap, std::string_view text) {
  Avoid avoid;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view term = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const size_t colon = std::min(term.find(':'), term.size());
    const std::string_view what = term.substr(0, colon),
                           value = term.substr(std::min(colon + 1, term.size()));
    if (what == "object") {
      avoid.objects.push_back(avoided_id(heap, value));
    } else if (what == "type") {
      const uint32_t type = heap.type_of_object(avoided_id(heap, value));
      if (type == kNone) throw Error(ExitCode::kUsage, "object " + std::string(value) + " is no type");
      avoid.types.push_back(type);
    } else if (what == "label") {
      avoid.labels.emplace_back(value);
    } else {
      throw Error(ExitCode::kUsage,
                  "avoid is a list of object:ID, type:ID and label:NAME, not " + std::string(term));
    }
  }
  return avoid;
}

const char* kind_name(const HeapIndex& heap, const Step& step, const Avoid& avoid) {
  if (step.holder == kNone) return root_kind_name(root_kind(heap, step.id));
  return reference_kind_name(heapdump::kind_of(heap, step_between(heap, step.holder, step.id, avoid)));
}

class PathCursor : public RowsCursor<Step> {
 public:
  explicit PathCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(int given, std::span<sqlite3_value*> arguments) override {
    object_ = id_of(arguments[0], heap_.objects());
    size_t next = 1;
    avoid_.clear();
    most_ = 1;
    if ((given & 1) != 0) {
      avoid_ = text_of(arguments[next++]);
    }
    if ((given & 2) != 0) {
      most_ = static_cast<uint64_t>(std::max<sqlite3_int64>(0, sqlite3_value_int64(arguments[next++])));
    }
    avoided_ = parse_avoid(heap_, avoid_);
    std::vector<Step> rows;
    uint64_t number = 0;
    for (const auto& ids : paths_to_root(heap_, object_, avoided_, most_)) {
      std::vector<std::string> parts = format_parts(heap_, ids, avoided_);
      std::string whole = joined_path(parts);
      number++;
      for (size_t step = 0; step < ids.size(); ++step) {
        rows.push_back({number, step, ids[step], step == 0 ? kNone : ids[step - 1], std::move(parts[step]),
                        ids.size() - 1, std::exchange(whole, {})});
      }
    }
    begin(std::move(rows));
  }

  void column(sqlite3_context* context, int column) override {
    switch (column) {
      case kPath:
        return result(context, row().path);
      case kStep:
        return result(context, row().step);
      case kId:
        return result(context, row().id);
      case kKind:
        return result_copy(context, kind_name(heap_, row(), avoided_));
      case kPart:
        return result_copy(context, row().part);
      case kLength:
        return result(context, row().length);
      case kWhole:
        if (row().step == 0) result_copy(context, row().whole);
        return;
      case kObject:
        return result(context, object_);
      case kAvoid:
        return result_copy(context, avoid_);
      default:
        return result(context, most_);
    }
  }

 private:
  OpenHeap& heap_;
  uint32_t object_ = kNone;
  std::string avoid_;
  Avoid avoided_;
  uint64_t most_ = 1;
};

}  // namespace

const TableKind kPathToRootTable = {
    "path_to_root",
    [](const HeapIndex& heap, Plan& plan) {
      return plan_function(plan, kObject, kMost, kObject, "object=", heap.objects() / 100.0 + 4, 20);
    },
    [](OpenHeap& heap) -> std::unique_ptr<TableCursor> { return std::make_unique<PathCursor>(heap); }};

}  // namespace heapdump
