#include "sqlite/schema.h"

#include <algorithm>
#include <iterator>

#include "support/error.h"

namespace heapdump {
namespace {

constexpr Column kObject[] = {
    {"id", "INTEGER", "0 … n−1, in the order of the addresses; good for this dump alone"},
    {"address", "INTEGER", "address in the process, such as id() gives it"},
    {"type", "INTEGER", "object.id of its type; NULL where the type is no object of the dump (damage)"},
    {"size", "INTEGER",
     "shallow size in bytes: what sys.getsizeof says of an exact built-in, collector header included"},
    {"refcount", "INTEGER",
     "references that the interpreter counts, the tool's own excepted; NULL for an immortal object"},
    {"tracked", "INTEGER", "1 where the cyclic collector tracks it, else 0"},
    {"generation", "INTEGER",
     "generation of the collector: 0, 1, 2, or 3 for the permanent one (gc.freeze); NULL where not known"},
    {"immortal", "INTEGER", "1 for an immortal object (CPython 3.12 and newer), else 0"},
    {"content", "TEXT",
     "a str as itself, others as Python would show them, cut at the dump's content_limit (bytes); NULL where "
     "none was kept"},
    {"is_text", "INTEGER",
     "1 where content is a str's own text, 0 where it is as Python would show the object; NULL without "
     "content"},
    {"truncated", "INTEGER",
     "1 where content was cut at the limit, 0 where it is whole; NULL without content"},
    {"retained", "INTEGER",
     "retained size in bytes: what would be freed with the object, the shallow sizes of all that it "
     "dominates; "
     "of garbage, what of the garbage goes with it"},
    {"dominator", "INTEGER",
     "object.id of the immediate dominator, the nearest object without which this one would not be alive; "
     "NULL "
     "where no single object is, and for garbage"},
    {"depth", "INTEGER",
     "references on the path that path_to_root gives, 0 where a root holds it; NULL for garbage"},
    {"garbage", "INTEGER",
     "1 where nothing keeps it alive: no root reaches it, and its references all come from such objects; "
     "else 0"},
    {"owner", "TEXT",
     "the nearest holder on its path that has a name: a module's global, an attribute of a class or of a "
     "thread-local, a cell of a closure, a local of a running or suspended function, or a task; else what "
     "the "
     "path begins with; NULL for garbage"},
    {"path", "TEXT",
     "the path that path_to_root gives, as Python writes it; NULL for garbage. Worked out for each row: for "
     "many, "
     "merged_paths is faster"},
};

constexpr Column kType[] = {
    {"id", "INTEGER", "object.id of the type; NULL where it is no object of the dump"},
    {"name", "TEXT", "module.qualname, builtins without their module; <unknown> only where damage lost it"},
    {"module", "TEXT", "__module__ of the type; empty where not known"},
    {"address", "INTEGER", "address of the type; NULL where damage lost it"},
    {"flags", "INTEGER", "tp_flags, a bit set (CPython Include/object.h)"},
    {"count", "INTEGER", "exact instances in the dump"},
    {"size", "INTEGER", "shallow sizes of these instances together, in bytes"},
    {"retained", "INTEGER",
     "what these instances retain, each by itself and nothing twice, in bytes: the least that would be freed "
     "with all; garbage not counted"},
};

constexpr Column kReference[] = {
    {"source", "INTEGER", "object.id of the object that refers"},
    {"target", "INTEGER", "object.id of the object that is referred to"},
    {"kind", "TEXT",
     "type, key, value, item, attribute, slot, cell, local, field, weak or other; all but weak keep the "
     "target "
     "alive"},
    {"label", "TEXT",
     "name of the attribute, slot, cell, local or field, index of the item, or key of the value as Python "
     "shows it; NULL where not known"},
    {"position", "INTEGER", "0 … , place among the references of the source; NULL for kind type"},
};

constexpr Column kReferrers[] = {
    {"id", "INTEGER", "object.id of an object that refers to the one asked for"},
    {"kind", "TEXT", "as reference.kind; those of kind type come last"},
    {"label", "TEXT", "as reference.label"},
    {"position", "INTEGER", "as reference.position"},
    {"object", "INTEGER", "argument: object.id of the one asked for", true},
};

constexpr Column kReferents[] = {
    {"id", "INTEGER", "object.id of an object that the one asked for refers to"},
    {"kind", "TEXT", "as reference.kind; that of kind type comes last"},
    {"label", "TEXT", "as reference.label"},
    {"position", "INTEGER", "as reference.position"},
    {"object", "INTEGER", "argument: object.id of the one asked for", true},
};

constexpr Column kReachable[] = {
    {"id", "INTEGER",
     "object.id of an object that the one asked for reaches by references, weak ones and those to types left "
     "out; itself first, then the nearest"},
    {"distance", "INTEGER", "references on the shortest way"},
    {"object", "INTEGER", "argument: object.id of the one asked for", true},
};

constexpr Column kDominated[] = {
    {"id", "INTEGER",
     "object.id of an object that would be freed with the one asked for; itself first, then each before what "
     "it dominates"},
    {"depth", "INTEGER", "steps in the tree of dominators, 0 for the object itself"},
    {"object", "INTEGER", "argument: object.id of the one asked for", true},
};

constexpr Column kDominatedTypes[] = {
    {"type", "INTEGER", "object.id of a type of which objects would be freed with the one asked for"},
    {"count", "INTEGER", "how many, the object itself not counted"},
    {"size", "INTEGER", "shallow sizes of these together, in bytes"},
    {"object", "INTEGER", "argument: object.id of the one asked for", true},
};

constexpr Column kPathToRoot[] = {
    {"path", "INTEGER", "1 for the shortest path, then 2 …"},
    {"step", "INTEGER", "0 where the path begins, then counted to the object asked for"},
    {"id", "INTEGER", "object.id of the object at this step"},
    {"kind", "TEXT", "how it is held: at step 0 as root.kind, then as reference.kind"},
    {"part", "TEXT",
     "what this step adds to the path as Python writes it: group_concat(part, '') is the path; empty where "
     "an instance's __dict__ is gone through"},
    {"length", "INTEGER", "references on the whole path: the step of the object asked for"},
    {"whole", "TEXT", "the whole path as Python writes it, repetitions counted; at step 0, else NULL"},
    {"object", "INTEGER", "argument: object.id of the one asked for", true},
    {"avoid", "TEXT",
     "argument, optional: what no path goes through, separated by commas: object:ID, type:ID (all "
     "instances), "
     "label:NAME (references of that label)",
     true},
    {"most", "INTEGER", "argument, optional: at most so many paths, each from another root; 1 if not given",
     true},
};

constexpr Column kMergedPaths[] = {
    {"path", "TEXT",
     "the paths of several instances as one, […] for a key, an index or an element, (…)* for steps that are "
     "repeated; NULL for garbage"},
    {"count", "INTEGER", "instances with such a path"},
    {"size", "INTEGER", "shallow sizes of these together, in bytes"},
    {"retained", "INTEGER", "what these retain, as type.retained, in bytes; 0 for garbage"},
    {"example", "INTEGER", "object.id of one of them"},
    {"type", "INTEGER", "argument: object.id of the type", true},
};

constexpr Column kOwner[] = {
    {"name", "TEXT", "as object.owner; NULL for garbage"},
    {"count", "INTEGER", "objects that have this owner"},
    {"size", "INTEGER", "shallow sizes of these together, in bytes"},
    {"retained", "INTEGER", "what these retain, as type.retained, in bytes; 0 for garbage"},
};

constexpr Column kWaste[] = {
    {"kind", "TEXT",
     "duplicate (str and bytes of equal content), boxes (numbers of equal value), empty (containers), sparse "
     "(containers with room for many more), or slots (instances whose class could have __slots__)"},
    {"type", "INTEGER", "object.id of their type"},
    {"what", "TEXT", "what holds them: TYPE.attribute or TYPE[…]; NULL for duplicate, boxes and slots"},
    {"count", "INTEGER", "objects, from 10 on; a sparse container also by itself"},
    {"size", "INTEGER", "what they take, in bytes"},
    {"wasted", "INTEGER",
     "what could be saved of that, in bytes: all but one of equal objects, empty containers, room that other "
     "containers of the dump with as many entries do not have, the __dict__"},
    {"certain", "INTEGER",
     "0 where contents were cut and are equal as far as they go, or (slots, 3.11 and 3.12) the memory of "
     "attributes is reckoned; else 1"},
    {"example", "INTEGER", "object.id of one of them"},
};

constexpr Column kLeaks[] = {
    {"kind", "TEXT",
     "dominator (one object), group (many of one type), held from C, or garbage (not alive, not collected)"},
    {"type", "INTEGER", "object.id of the type of what gathers"},
    {"count", "INTEGER", "objects of that type there"},
    {"new", "INTEGER", "of these, the ones that the first dump does not have; 0 where there is none"},
    {"retained", "INTEGER", "what would be freed with what gathers, in bytes; of garbage, all of it"},
    {"growth", "INTEGER",
     "bytes at this place that came since the first dump, less those that went; without a first dump, all"},
    {"lasting", "INTEGER",
     "bytes that came since the first dump, and were there in the dump `before`, too; 0 without it"},
    {"took_over", "INTEGER",
     "of the new, those at an address that an object of the same type had in the first dump"},
    {"path", "TEXT",
     "where it gathers, as Python writes it, […] for a key, an index or an element; NULL for garbage"},
    {"owner", "TEXT", "as object.owner of what gathers; NULL for garbage"},
    {"place", "INTEGER", "object.id of the holder where it gathers; NULL for held from C and garbage"},
    {"example", "INTEGER", "object.id of the one that retains most, a new one where there is one"},
    {"old", "TEXT", "argument, optional: schema of the first dump", true},
    {"before", "TEXT", "argument, optional: schema of the dump before the last", true},
};

constexpr Column kDiff[] = {
    {"name", "TEXT", "type.name, object.owner or pattern of paths; NULL for garbage"},
    {"count_old", "INTEGER", "objects in the older dump"},
    {"size_old", "INTEGER", "shallow sizes of these together, in bytes"},
    {"count", "INTEGER", "objects in this dump"},
    {"size", "INTEGER", "shallow sizes of these together, in bytes"},
    {"new", "INTEGER", "objects that the older dump does not have"},
    {"new_size", "INTEGER", "shallow sizes of these together, in bytes"},
    {"gone", "INTEGER", "objects that this dump does not have"},
    {"gone_size", "INTEGER", "shallow sizes of these together, in bytes"},
    {"kept", "INTEGER",
     "objects that both have: same address, type and, where immutable, content, else neighbours in common"},
    {"old", "TEXT", "argument: schema of the older dump", true},
    {"by", "TEXT", "argument: what a row is: type, owner or path", true},
};

constexpr Column kRoot[] = {
    {"object", "INTEGER", "object.id of what the root holds"},
    {"kind", "TEXT",
     "module, frame, thread, interpreter, static, or c: an object without another root that has more "
     "references "
     "than were found, which C code holds (not in python mode)"},
    {"name", "TEXT",
     "name of the root, as Python writes it where it can: of a module its key in sys.modules, of a local of "
     "a running function FUNCTION.f_locals['x'] (of a frame object FUNCTION); of kind c how many of its "
     "references; may be empty"},
};

constexpr Column kThread[] = {
    {"id", "INTEGER", "native thread id, as the kernel and threading.get_native_id() give it"},
    {"name", "TEXT", "name of the thread; NULL where not known"},
};

constexpr Column kFrame[] = {
    {"object", "INTEGER", "object.id of the frame object; NULL where the interpreter had made none"},
    {"thread", "INTEGER", "thread.id of its thread"},
    {"depth", "INTEGER", "0 for the innermost frame of the thread, then counted outward"},
    {"function", "TEXT", "qualified name of the function (its plain name before CPython 3.11)"},
    {"file", "TEXT", "co_filename of its code"},
    {"line", "INTEGER", "line that was running, from 1"},
};

constexpr Column kModule[] = {
    {"object", "INTEGER", "object.id of the module object; NULL where it is no object of the dump"},
    {"name", "TEXT", "key in sys.modules"},
    {"file", "TEXT", "__file__ of the module; NULL where it has none"},
};

constexpr Column kMeta[] = {
    {"key", "TEXT",
     "name of a fact about the dump; docs/dump-format.md lists those of the capture; the index adds "
     "complete, indexed_objects, indexed_references, damaged_chunks, duplicate_objects and "
     "dangling_references"},
    {"value", "TEXT",
     "the fact: numbers are decimal, sizes bytes, times ISO 8601 in UTC, truth true or false"},
};

constexpr Column kSchemaColumn[] = {
    {"table_name", "TEXT", "name of a table, or of a table-valued function"},
    {"column_name", "TEXT", "name of a column; for a function, an argument where the description says so"},
    {"type", "TEXT", "INTEGER or TEXT"},
    {"description", "TEXT", "what the column holds, in which unit, and what NULL means"},
};

constexpr Table kTables[] = {
    {"object", kObject},
    {"type", kType},
    {"reference", kReference},
    {"root", kRoot},
    {"thread", kThread},
    {"frame", kFrame},
    {"module", kModule},
    {"meta", kMeta},
    {"referrers", kReferrers},
    {"referents", kReferents},
    {"reachable", kReachable},
    {"dominated", kDominated},
    {"dominated_types", kDominatedTypes},
    {"path_to_root", kPathToRoot},
    {"merged_paths", kMergedPaths},
    {"owner", kOwner},
    {"waste", kWaste},
    {"leaks", kLeaks},
    {"diff", kDiff},
    {"schema_column", kSchemaColumn},
};

constexpr const char* kReferenceKinds[] = {"type", "key",   "value", "item", "attribute", "slot",
                                           "cell", "local", "field", "weak", "other"};
constexpr const char* kRootKinds[] = {"other", "module", "frame", "thread", "interpreter", "static", "c"};

}  // namespace

std::span<const Table> schema_tables() { return kTables; }

const Table& table_named(const std::string& name) {
  const auto* at = std::ranges::find_if(kTables, [&](const Table& table) { return name == table.name; });
  if (at == std::end(kTables)) throw Error(ExitCode::kUsage, "there is no table " + name);
  return *at;
}

std::string declaration(const Table& table) {
  std::string sql = "CREATE TABLE ";
  sql += table.name;
  const char* separator = "(";
  for (const Column& column : table.columns) {
    ((sql += separator) += column.name) += ' ';
    sql += column.type;
    if (column.argument) sql += " HIDDEN";
    separator = ", ";
  }
  return sql + ")";
}

const char* reference_kind_name(unsigned kind) {
  return kind < std::size(kReferenceKinds) ? kReferenceKinds[kind] : "other";
}

int reference_kind_named(const std::string& name) {
  const auto* at = std::ranges::find(kReferenceKinds, name);
  return at == std::end(kReferenceKinds) ? -1 : static_cast<int>(at - kReferenceKinds);
}

const char* root_kind_name(unsigned kind) {
  return kind < std::size(kRootKinds) ? kRootKinds[kind] : "other";
}

}  // namespace heapdump
