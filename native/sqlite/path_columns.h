#pragma once
#include <string>
#include <vector>

#include "heap/kind_names.h"
#include "heap/root_path.h"
#include "sqlite/limit_argument.h"
#include "sqlite/rows_cursor.h"

namespace heapdump {

// A step of a path, of several.
struct PathRow {
  uint64_t path;
  uint64_t step;
  uint32_t id;
  const char* kind;  // nullptr if there is none
  std::string part;
  size_t length;
  std::string whole;
};

// The columns of path_to_root() and path_between().
inline constexpr Column kPathColumns[] = {
    {"path", kInteger, "1 for the shortest path, then 2 …", [](const PathRow& row) { return row.path; }},
    {"step", kInteger, "0 at the beginning of the path, then 1 … up to where it leads to",
     [](const PathRow& row) { return row.step; }},
    {"id", kInteger, "object.id of the object at this step", [](const PathRow& row) { return row.id; }},
    {"kind", kText,
     "how it is held, as reference.kind; at step 0 as root.kind, NULL if the path does not begin at a root",
     [](const PathRow& row) { return row.kind == nullptr ? std::nullopt : std::optional(row.kind); }},
    {"part", kText,
     "what this step adds to the path (docs/paths.md): group_concat(part, '') is the path; empty for a "
     "__dict__ on the way to an attribute",
     [](const PathRow& row) -> const std::string& { return row.part; }},
    {"length", kInteger, "references on the whole path: the last step",
     [](const PathRow& row) { return row.length; }},
    {"whole", kText, "the whole path, repetitions as a count; NULL except at step 0",
     [](const PathRow& row) { return row.step == 0 ? std::optional(row.whole) : std::nullopt; }},
};

inline constexpr Column kMaxLengthArgument = {
    "max_length", kInteger,
    "argument, optional: maximum number of references on a path, to a __dict__ not counted; no limit if not "
    "given",
    Argument::kOptional};

// Adds the steps of one more path; `first_kind` is that of step 0.
inline void add_path(const HeapIndex& heap, const std::vector<uint32_t>& ids, std::vector<std::string> parts,
                     const char* first_kind, const Avoid& avoid, std::vector<PathRow>& rows) {
  const uint64_t number = rows.empty() ? 1 : rows.back().path + 1;
  std::string whole = joined_path(parts);
  for (size_t step = 0; step < ids.size(); ++step) {
    const char* kind =
        step == 0 ? first_kind
                  : reference_kind_name(kind_of(heap, step_between(heap, ids[step - 1], ids[step], avoid)));
    rows.push_back(
        {number, step, ids[step], kind, std::move(parts[step]), ids.size() - 1, std::exchange(whole, {})});
  }
}

}  // namespace heapdump
