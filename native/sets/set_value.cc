#include "sets/set_value.h"

#include <optional>

#include "analysis/partition.h"
#include "heap/category.h"
#include "heap/kind_names.h"
#include "heap/type_names.h"
#include "sets/chosen.h"
#include "sets/held_sets.h"
#include "sets/holding_sets.h"
#include "sets/set_error.h"
#include "sets/set_parser.h"
#include "support/glob.h"

namespace heapdump {
namespace {

constexpr size_t kMaxTerms = ListMatch::kMaxTerms;

class Evaluation {
 public:
  Evaluation(const SetSource& source, std::string_view text)
      : source_(source), heap_(source.heap), groupings_(source.groupings), text_(text) {}

  Bits everything(const SetTree& tree) { return value(tree, all()); }

 private:
  // Right as far as it concerns the objects of `within`.
  Bits value(const SetTree& tree, const Bits& within);
  [[noreturn]] void fail(size_t at, const std::string& what) const { throw set_error(text_, at, what); }
  void absent(size_t at, const std::string& what) const {
    if (!source_.allows_absent) fail(at, what);
  }

  const Bits& all();

  Bits combined(const SetTree& tree, const Bits& within);
  Bits instances(const std::vector<uint32_t>& types) const;
  std::vector<uint32_t> types_of(const std::string& name, size_t at) const;
  Bits of_name(const SetTree& tree);
  Bits of_address(const SetTree& tree) const;
  Bits row(const SetTree& tree);
  Bits subtypes(const SetTree& tree) const;
  Bits of_size(const SetTree& tree, const Bits& within) const;
  Bits in_group(Grouping& grouping, const SetTree& tree, const Bits& within) const;
  Bits of_root(const SetTree& tree) const;
  Bits since(const SetTree& tree, const Bits& within) const;
  Bits by(const SetTree& tree, const Bits& within);

  const SetSource& source_;
  const HeapIndex& heap_;
  Groupings& groupings_;
  const std::string_view text_;
  std::optional<Bits> all_;
};

const Bits& Evaluation::all() {
  if (!all_) {
    all_.emplace(heap_.objects());
    for (uint32_t id = 0; id < heap_.objects(); ++id) all_->set(id);
  }
  return *all_;
}

template <typename Combine>
Bits each_word(Bits left, const Bits& right, Combine combine) {
  for (size_t i = 0; i < left.words().size(); ++i)
    left.words()[i] = combine(left.words()[i], right.words()[i]);
  return left;
}
uint64_t both(uint64_t a, uint64_t b) { return a & b; }
uint64_t without(uint64_t a, uint64_t b) { return a & ~b; }

Bits Evaluation::value(const SetTree& tree, const Bits& within) {
  switch (tree.kind) {
    case SetTree::kAll:
      return all();
    case SetTree::kAlive:
      return chosen(heap_, within, [&](uint32_t id) { return !heap_.is_garbage(id); });
    case SetTree::kGarbage:
      return chosen(heap_, within, [&](uint32_t id) { return heap_.is_garbage(id); });
    case SetTree::kNew:
    case SetTree::kKept:
      return since(tree, within);
    case SetTree::kUnion:
    case SetTree::kBoth:
    case SetTree::kLeft:
    case SetTree::kEither:
    case SetTree::kNot:
      return combined(tree, within);
    case SetTree::kName:
      return of_name(tree);
    case SetTree::kQuoted: {
      std::vector<uint32_t> types;
      for (uint32_t type = 0; type < heap_.types().size(); ++type) {
        if (heap_.text(heap_.types()[type].name) == tree.text) types.push_back(type);
      }
      if (types.empty()) absent(tree.at, "no type " + tree.text);
      return instances(types);
    }
    case SetTree::kAddress:
      return of_address(tree);
    case SetTree::kStep:
      return step(heap_, groupings_, everything(tree.of[0]), tree.ways[0]);
    case SetTree::kRow:
      return row(tree);
    case SetTree::kReferrers:
      return referrers_of(heap_, groupings_, everything(tree.of[0]));
    case SetTree::kReferents:
      return referents_of(heap_, groupings_, everything(tree.of[0]));
    case SetTree::kReach:
      return reach_of(heap_, groupings_, everything(tree.of[0]));
    case SetTree::kFreed:
      return source_.joint.freed_with(everything(tree.of[0]));
    case SetTree::kHolders:
      return dominators_of(heap_, groupings_, everything(tree.of[0]));
    case SetTree::kSubtypes:
      return subtypes(tree);
    case SetTree::kSize:
      return of_size(tree, within);
    case SetTree::kModule:
      return in_group(groupings_.by("module"), tree, within);
    case SetTree::kOwner:
      return in_group(groupings_.by("owner"), tree, within);
    case SetTree::kRoot:
      return of_root(tree);
    case SetTree::kContent:
      return chosen(heap_, within, [&](uint32_t id) {
        const std::optional<Content> content = heap_.content(id);
        // Of what was cut it is known only that there is more.
        return content && matches_glob(tree.text, content->bytes) &&
               (!content->cut || tree.text.ends_with('*'));
      });
    case SetTree::kBy:
      return by(tree, within);
    case SetTree::kVia:
      if (tree.ways.size() > kMaxTerms) fail(tree.at, "at most 64 ways can stand in a list");
      return held_via(heap_, groupings_, tree, within);
  }
  return Bits(heap_.objects());
}

Bits Evaluation::combined(const SetTree& tree, const Bits& within) {
  if (tree.kind == SetTree::kNot) return each_word(within, value(tree.of[0], within), without);
  Bits left = value(tree.of[0], within);
  if (tree.kind == SetTree::kBoth || tree.kind == SetTree::kLeft) {
    left = each_word(std::move(left), within, both);
    const Bits right = value(tree.of[1], left);
    return each_word(std::move(left), right, tree.kind == SetTree::kBoth ? both : without);
  }
  const Bits right = value(tree.of[1], within);
  if (tree.kind == SetTree::kUnion)
    return each_word(std::move(left), right, [](uint64_t a, uint64_t b) { return a | b; });
  return each_word(std::move(left), right, [](uint64_t a, uint64_t b) { return a ^ b; });
}

Bits Evaluation::instances(const std::vector<uint32_t>& types) const {
  Bits found(heap_.objects());
  for (const uint32_t type : types) {
    const Range ranks = heap_.instances(type);
    for (uint64_t rank = ranks.begin; rank < ranks.end; ++rank) {
      if (const uint32_t id = heap_.by_type(rank); id != kNone) found.set(id);
    }
  }
  return found;
}

std::vector<uint32_t> Evaluation::types_of(const std::string& name, size_t at) const {
  std::vector<uint32_t> types = types_named(heap_, name);
  if (types.empty()) types = types_with_alias(heap_, name);
  if (types.empty()) absent(at, "no type " + name);
  return types;
}

// As many of the parts as make a type are its name; those behind are steps.
Bits Evaluation::of_name(const SetTree& tree) {
  for (const auto named : {types_named, types_with_alias}) {
    for (size_t count = tree.names.size(); count > 0; count--) {
      std::string name;
      for (size_t i = 0; i < count; ++i) (name += i == 0 ? "" : ".") += tree.names[i].first;
      const std::vector<uint32_t> types = named(heap_, name);
      if (types.empty()) continue;
      Bits found = instances(types);
      for (size_t i = count; i < tree.names.size(); ++i) {
        const auto& [part, at] = tree.names[i];
        found = step(heap_, groupings_, found, {"." + part, part.find_first_of("*?") != part.npos, at});
      }
      return found;
    }
  }
  std::string name;
  for (const auto& [part, at] : tree.names) (name += name.empty() ? "" : ".") += part;
  absent(tree.at, "no type " + name);
  return Bits(heap_.objects());
}

Bits Evaluation::of_address(const SetTree& tree) const {
  Bits found(heap_.objects());
  const uint32_t id = heap_.find(tree.number);
  if (id == kNone) {
    absent(tree.at, "no object has this address");
  } else {
    found.set(id);
  }
  return found;
}

Bits Evaluation::row(const SetTree& tree) {
  Grouping* grouping = nullptr;
  try {
    grouping = &groupings_.by(tree.text);
  } catch (const Error& error) {
    fail(tree.at + 1, error.what());
  }
  const uint64_t wanted = std::min<uint64_t>(tree.number, UINT32_MAX);
  const Partition partition(heap_, *grouping, everything(tree.of[0]), wanted + 1);
  const uint64_t rows = partition.rows().size();
  if (tree.number >= rows) {
    fail(tree.at, "there is no row " + std::to_string(tree.number) + ": " + tree.text + " has " +
                      (rows == 0 ? "none" : std::to_string(rows) + ", numbered from 0"));
  }
  return partition.members(tree.number);
}

Bits Evaluation::subtypes(const SetTree& tree) const {
  Bits bases(heap_.objects());
  for (const uint32_t type : types_of(tree.text, tree.at)) {
    if (const uint32_t object = heap_.types()[type].object; object != kNone) bases.set(object);
  }
  std::vector<uint32_t> types;
  bool is_told = false;
  for (uint32_t type = 0; type < heap_.types().size(); ++type) {
    const uint32_t object = heap_.types()[type].object;
    if (object == kNone) continue;
    bool is_subtype = bases[object];
    const Range rows = bases_of(heap_, object);
    is_told = is_told || rows.size() > 0;
    for (uint64_t row = rows.begin; row < rows.end && !is_subtype; ++row) {
      const uint32_t base = heap_.target(row);
      is_subtype = base != kNone && bases[base];
    }
    if (is_subtype) types.push_back(type);
  }
  if (!is_told) fail(tree.at, "the dump does not say which types are derived from which (python mode)");
  return instances(types);
}

Bits Evaluation::of_size(const SetTree& tree, const Bits& within) const {
  return chosen(heap_, within, [&](uint32_t id) {
    const uint64_t size = heap_.size(id);
    switch (tree.comparison) {
      case Comparison::kLess:
        return size < tree.number;
      case Comparison::kAtMost:
        return size <= tree.number;
      case Comparison::kMore:
        return size > tree.number;
      case Comparison::kAtLeast:
        return size >= tree.number;
      case Comparison::kUnequal:
        return size != tree.number;
      default:
        return size == tree.number;
    }
  });
}

Bits Evaluation::in_group(Grouping& grouping, const SetTree& tree, const Bits& within) const {
  enum Answer : uint8_t { kUnknown, kNo, kYes };
  std::vector<Answer> answers;
  return chosen(heap_, within, [&](uint32_t id) {
    const uint32_t group = grouping.of(id);
    if (group == kNone) return false;
    if (group >= answers.size()) answers.resize(group + size_t{1});
    if (answers[group] == kUnknown)
      answers[group] = matches_glob(tree.text, grouping.name(group)) ? kYes : kNo;
    return answers[group] == kYes;
  });
}

Bits Evaluation::of_root(const SetTree& tree) const {
  const int kind = root_kind_named(tree.text);
  if (kind < 0)
    fail(tree.at, "there is no root " + tree.text +
                      "; there are module, frame, thread, interpreter, static, c, greenlet and data");
  Bits found(heap_.objects());
  for (const RootRow& root : heap_.roots()) {
    if (root.kind == static_cast<uint32_t>(kind) && root.object < heap_.objects()) found.set(root.object);
  }
  return found;
}

Bits Evaluation::since(const SetTree& tree, const Bits& within) const {
  const Matching* matching = source_.since();
  if (matching == nullptr) {
    fail(tree.at,
         std::string(tree.kind == SetTree::kNew ? "new" : "kept") + " needs an earlier dump: --since FILE");
  }
  return chosen(heap_, within,
                [&](uint32_t id) { return (matching->in_old(id) == kNone) == (tree.kind == SetTree::kNew); });
}

Bits Evaluation::by(const SetTree& tree, const Bits& within) {
  if (tree.names.size() > kMaxTerms) fail(tree.at, "at most 64 types can stand in a list");
  const ObjectKinds& kinds = groupings_.kinds();
  std::vector<uint64_t> terms(kinds.count());
  for (size_t term = 0; term < tree.names.size(); ++term) {
    for (const uint32_t type : types_of(tree.names[term].first, tree.names[term].second))
      terms[kinds.of_type(type)] |= uint64_t{1} << term;
  }
  return held_by(heap_, groupings_, terms, tree, within);
}

}  // namespace

Bits set_value(const SetSource& source, std::string_view text) {
  const SetTree tree = parse_set(text);
  Evaluation evaluation(source, text);
  return evaluation.everything(tree);
}

}  // namespace heapdump
