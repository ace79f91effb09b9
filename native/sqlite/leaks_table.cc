#include <algorithm>

#include "analysis/leaks.h"
#include "sqlite/rows_cursor.h"
#include "support/json.h"

namespace heapdump {
namespace {

constexpr const char* kKinds[] = {"dominator", "group", "held by C", "garbage"};

std::optional<std::string> text_or_null(std::string text) {
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

constexpr size_t kPlacesShown = 3;

std::string spread(const Suspect& row) {
  if (row.places.empty()) return {};
  std::string json = "[";
  for (size_t i = 0; i < std::min(row.places.size(), kPlacesShown); ++i) {
    if (i > 0) json += ",";
    json += R"({"part":)" + json_string(row.places[i].name) + R"(,"growth":)" +
            std::to_string(row.places[i].growth) + "}";
  }
  return json + "]";
}

std::string names(const std::vector<std::string>& all) {
  if (all.empty()) return {};
  std::string json;
  for (const std::string& name : all) json += (json.empty() ? "[" : ",") + json_string(name);
  return json + "]";
}

std::string common(const Suspect& row) {
  std::string json;
  for (const CommonReference& reference : row.common) {
    json += json.empty() ? "[" : ",";
    json += R"({"part":)" + json_string(reference.part) + R"(,"text":)" + json_string(reference.text) + "}";
  }
  return json.empty() ? json : json + "]";
}

std::string holder(const OpenHeap& heap, const Suspect& row) {
  std::string names;
  for (const uint32_t type : row.likely_holder.types) {
    if (!names.empty()) names += " or ";
    names += heap.text(heap.types()[type].name);
  }
  return names;
}

Id type_id(OpenHeap& heap, uint32_t type) { return {type == kNone ? kNone : heap.types()[type].object}; }

constexpr Column kColumns[] = {
    {"kind", kText,
     "dominator (one object), group (many of one type), held by C, or garbage (not alive, not collected)",
     [](const Suspect& row) { return kKinds[static_cast<int>(row.kind)]; }},
    {"type", kInteger, "object.id of the type of the objects that accumulate",
     [](OpenHeap& heap, const Suspect& row) { return Id{heap.types()[row.type].object}; }},
    {"count", kInteger, "number of these objects", [](const Suspect& row) { return row.count; }},
    {"new", kInteger, "number of these that the first dump does not have; 0 without a first dump",
     [](const Suspect& row) { return row.added; }},
    {"retained", kInteger,
     "bytes that would be freed with all of them together, exactly; of garbage, the size of all of it",
     [](const Suspect& row) { return row.retained; }},
    {"growth", kInteger,
     "bytes at this place that are new since the first dump, less those that are gone; without a first dump, "
     "all",
     [](const Suspect& row) { return row.growth; }},
    {"own_growth", kInteger,
     "of the growth, bytes that what they gather in took itself, as a list or a dict does for more entries",
     [](const Suspect& row) { return row.own_growth; }},
    {"survived", kInteger,
     "bytes of the growth that the dump `before` has, too: of objects that are new since the first dump, and "
     "of those that grew where they are; 0 without it",
     [](const Suspect& row) { return row.survived; }},
    {"passing", kInteger,
     "with `before`: 1 if they come and go: nearly all were replaced since the first dump and became little "
     "more, or "
     "what had come until the dump `before` has gone again; else 0",
     [](const Suspect& row) { return row.passing; }},
    {"may_own", kInteger,
     "number of objects below them that may own memory of C code which is in no figure "
     "(type.memory_unknown), "
     "new ones if there is a first dump",
     [](const Suspect& row) { return row.may_own; }},
    {"address_reused", kInteger,
     "number of the new objects with an address that an object of the same type had in the first dump",
     [](const Suspect& row) { return row.address_reused; }},
    {"path", kText, "where they accumulate, [*] for any key or index (docs/paths.md); NULL for garbage",
     [](const Suspect& row) { return text_or_null(joined(row.way, row.way.size())); }},
    {"gathers", kText,
     "the beginning of that path that leads to where they gather; what is behind it is what came. NULL for "
     "garbage",
     [](const Suspect& row) { return text_or_null(joined(row.way, row.gathers)); }},
    {"places", kInteger,
     "number of places that have one cause: they differ by a key, an index, a name or a thread",
     [](const Suspect& row) { return std::max<size_t>(1, row.places.size()); }},
    {"spread", kText,
     "the largest three of several places, as JSON: the part of the path that tells each from the others, "
     "and "
     "the bytes by which it grew; NULL if there is one place",
     [](const Suspect& row) { return text_or_null(spread(row)); }},
    {"owner", kText, "as object.owner of these objects; NULL for garbage",
     [](const Suspect& row) { return or_null(row.owner); }},
    {"code", kText,
     "the nearest code on their paths, `NAME FILE:LINE`: what they are there to run (a task, a listener), or "
     "the "
     "function that keeps them; NULL if there is none, or not one for the greater part of them",
     [](const Suspect& row) { return or_null(row.code); }},
    {"used_by", kText,
     "the functions whose code names what they accumulate in, as a JSON array of `NAME FILE:LINE`, four at "
     "most, those "
     "first that name most of the path and belong to its class or module: they store there, or read; NULL if "
     "there are "
     "none",
     [](const Suspect& row) { return text_or_null(names(row.used_by)); }},
    {"pattern", kText,
     "why they stay, by the first rule that holds: garbage, held by C, gc.garbage, finalizer, unbounded "
     "cache, "
     "full cache, bounded cache, traceback, timer, task, greenlet, generator, thread-local, context "
     "variable, queue, "
     "weak key, "
     "logger, thread, callback, class, module, view, chain, local variable, attributes, mapping, sequence, "
     "object",
     [](const Suspect& row) { return row.pattern; }},
    {"weak", kInteger,
     "bytes by which weak references elsewhere grew that refer to these objects, and are no suspect of their "
     "own",
     [](const Suspect& row) { return row.weak; }},
    {"also", kText,
     "other names that modules have for the global in that path, as a JSON array; NULL if there are none",
     [](const Suspect& row) { return text_or_null(names(row.also)); }},
    {"place", kInteger, "object.id of the holder where they accumulate; NULL for held by C and garbage",
     [](const Suspect& row) { return Id{row.place}; }},
    {"example", kInteger, "object.id of the one that retains most, a new one if there is one",
     [](const Suspect& row) { return Id{row.example}; }},
    {"other", kInteger, "object.id of another example, which tells something else; NULL if there is none",
     [](const Suspect& row) { return Id{row.other}; }},
    {"inside", kText,
     "where the greater part of what they retain is, from one of them on, as in `path`; NULL if it is in "
     "many "
     "places, or in themselves",
     [](const Suspect& row) { return text_or_null(row.inside.part); }},
    {"inside_type", kInteger, "object.id of the type of the objects there; NULL without inside",
     [](OpenHeap& heap, const Suspect& row) { return type_id(heap, row.inside.type); }},
    {"inside_count", kInteger, "number of these", [](const Suspect& row) { return row.inside.count; }},
    {"inside_retained", kInteger, "bytes that they retain",
     [](const Suspect& row) { return row.inside.retained; }},
    {"chain", kText,
     "of tasks, coroutines and generators of which more than half wait alike: in what, from the outside in, "
     "as "
     "task.chain; else NULL",
     [](const Suspect& row) { return text_or_null(row.wait.chain); }},
    {"waits_at", kText,
     "the innermost frame of that chain that is not of Python's own library (else of all) and its line, "
     "`NAME FILE:LINE`; NULL without chain",
     [](const Suspect& row) { return text_or_null(row.wait.place); }},
    {"waits_for", kText, "what they wait for there, as task.waits_for; NULL if that is not known",
     [](const Suspect& row) { return text_or_null(row.wait.waits_for); }},
    {"set_by", kText, "who could end that wait, as task.set_by; NULL if that is not known, or they differ",
     [](const Suspect& row) { return text_or_null(row.wait.set_by); }},
    {"common", kText,
     "what all of a few of them refer to under one name, code and objects of the application alone, as a "
     "JSON array of "
     "`part` and `text`; NULL if there is nothing",
     [](const Suspect& row) { return text_or_null(common(row)); }},
    {"keeper", kInteger,
     "object.id of the nearest object above (or of) what they accumulate in that is no container, if it is "
     "of the "
     "application, and no class or module; else NULL",
     [](const Suspect& row) { return Id{row.keeper}; }},
    {"holder", kText,
     "of held by C, the type of C code which likely holds them: most have a word that is the address of one "
     "of them, or "
     "there is one below each of them, and no other. Of several types their names with ` or ` between them; "
     "NULL if "
     "neither is so",
     [](OpenHeap& heap, const Suspect& row) { return text_or_null(holder(heap, row)); }},
    {"holder_offset", kInteger, "where in those that word is, in bytes; NULL if it is by their number",
     [](const Suspect& row) { return row.likely_holder.offset; }},
    {"holder_count", kInteger, "of the objects, those for which there is such a holder",
     [](const Suspect& row) { return row.likely_holder.count; }},
    {"traced", kInteger,
     "of the new objects, those of which it is known where they were allocated; without a first dump, of all",
     [](const Suspect& row) { return row.allocation.traced; }},
    {"site", kInteger,
     "site.id of the stack at which most of them were allocated, of the line of source that has most; NULL "
     "if "
     "none is known",
     [](const Suspect& row) { return Id{row.allocation.site}; }},
    {"at_line", kInteger, "how many of them were allocated at that line",
     [](const Suspect& row) { return row.allocation.at_line; }},
    {"at_site", kInteger, "how many of them were allocated with that stack",
     [](const Suspect& row) { return row.allocation.at_site; }},
    {"old", kText, "argument, optional: schema of the first dump", Argument::kOptional},
    {"before", kText, "argument, optional: schema of the dump before the last", Argument::kOptional},
};

class LeaksCursor : public RowsCursor<Suspect> {
 public:
  explicit LeaksCursor(OpenHeap& heap) : heap_(heap) {}

  void filter(const Scan& scan) override {
    const auto old = named(scan.arguments.text(0)), before = named(scan.arguments.text(1));
    begin(find_leaks(heap_, heap_.path_tree(), heap_.dominator_tree(), heap_.joint(), heap_.owners(),
                     old.get(), before.get()));
  }

 private:
  std::shared_ptr<OpenHeap> named(const std::string& schema) {
    return schema.empty() ? nullptr : heap_.heaps().of(schema);
  }

  OpenHeap& heap_;
};

Estimate estimate(const HeapIndex* heap) { return {heap->objects() * 4.0 + 4, 10}; }

}  // namespace

extern const Table kLeaksTable =
    declare_table<LeaksCursor, kColumns>("leaks", TableKind::kFunction, estimate);

}  // namespace heapdump
