#include "analysis/grouping.h"

#include <algorithm>

#include "analysis/holder_groupings.h"
#include "analysis/object_groupings.h"
#include "analysis/type_roles.h"
#include "heap/path_up.h"
#include "heap/site_text.h"
#include "protocol.h"
#include "support/error.h"
#include "support/names.h"
#include "support/page_array.h"

namespace heapdump {
namespace {

class ByType : public Grouping {
 public:
  explicit ByType(const HeapIndex& heap) : heap_(heap) {}
  uint32_t of(uint32_t id) override { return heap_.type(id); }
  uint32_t count() const override { return static_cast<uint32_t>(heap_.types().size()); }
  std::string name(uint32_t group) const override {
    return std::string(heap_.text(heap_.types()[group].name));
  }
  const TypeRow* type(uint32_t group) const override { return &heap_.types()[group]; }

 private:
  const HeapIndex& heap_;
};

class ByOwner : public Grouping {
 public:
  explicit ByOwner(Owners& owners) : owners_(owners) {}
  uint32_t of(uint32_t id) override { return owners_.of(id) - 1; }
  uint32_t count() const override { return owners_.count() - 1; }
  std::string name(uint32_t group) const override { return owners_.name(group + 1); }

 private:
  Owners& owners_;
};

class ByPath : public Grouping {
 public:
  explicit ByPath(PathPatterns& patterns) : patterns_(patterns) {}
  uint32_t of(uint32_t id) override { return patterns_.of(id) - 1; }
  uint32_t count() const override { return patterns_.count() - 1; }
  std::string name(uint32_t group) const override { return patterns_.format(group + 1); }

 private:
  PathPatterns& patterns_;
};

// The nearest module on an object's path from a root; a module belongs to itself.
class ByModule : public Grouping {
 public:
  explicit ByModule(const HeapIndex& heap) : heap_(heap), of_(heap.objects()) {
    for (const RootRow& root : heap.roots()) {
      if (root.kind == HD_ROOT_MODULE && root.object < heap.objects()) {
        of_[root.object] = names_.number(std::string(heap.text(root.name))) + kFirst;
      }
    }
  }
  uint32_t of(uint32_t id) override {
    uint32_t group = kOutside;
    way_.clear();
    for (const uint32_t at : heap_.path_up(id)) {
      if (of_[at] != 0) {
        group = of_[at];
        break;
      }
      way_.push_back(at);
    }
    for (const uint32_t below : way_) of_[below] = group;
    return group == kOutside ? kNone : group - kFirst;
  }
  uint32_t count() const override { return names_.count(); }
  std::string name(uint32_t group) const override { return names_.name(group); }

 private:
  static constexpr uint32_t kOutside = 1, kFirst = 2;

  const HeapIndex& heap_;
  Names names_;
  PageArray<uint32_t> of_;  // group + kFirst, kOutside for no module; 0: not known yet
  std::vector<uint32_t> way_;
};

// The package of that module, and whose it is: `shop (program)`, `numpy (library)`, `asyncio (Python)`.
class ByPackage : public Grouping {
 public:
  explicit ByPackage(const HeapIndex& heap) : modules_(heap), roles_(heap) {}
  uint32_t of(uint32_t id) override {
    const uint32_t module = modules_.of(id);
    if (module == kNone) return kNone;
    if (module >= of_module_.size()) of_module_.resize(modules_.count(), kNone);
    if (of_module_[module] == kNone) of_module_[module] = names_.number(package(modules_.name(module)));
    return of_module_[module];
  }
  uint32_t count() const override { return names_.count(); }
  std::string name(uint32_t group) const override { return names_.name(group); }

 private:
  std::string package(const std::string& module) const {
    const std::string own = module.substr(0, module.find('.'));
    if (roles_.is_own_module(module) || roles_.is_own_module(own)) return own + " (program)";
    return own + (roles_.is_installed_module(module) || roles_.is_installed_module(own) ? " (library)"
                                                                                        : " (Python)");
  }

  ByModule modules_;
  const TypeRoles roles_;
  Names names_;
  std::vector<uint32_t> of_module_;
};

// The line of source that an object was allocated at.
class ByLine : public Grouping {
 public:
  explicit ByLine(const HeapIndex& heap) : heap_(heap) {
    for (uint32_t site = 0; site < heap.sites().size(); ++site)
      of_site_.push_back(names_.number(format_site(heap, site)));
  }
  uint32_t of(uint32_t id) override {
    const uint32_t site = heap_.site(id);
    return site == kNone ? kNone : of_site_[site];
  }
  uint32_t count() const override { return names_.count(); }
  std::string name(uint32_t group) const override { return names_.name(group); }

 private:
  const HeapIndex& heap_;
  Names names_;
  std::vector<uint32_t> of_site_;
};

constexpr GroupingKind kGroupings[] = {
    {"type", "the type's name",
     [](Groupings& groupings) -> std::unique_ptr<Grouping> {
       return std::make_unique<ByType>(groupings.heap());
     }},
    {"owner", "the nearest holder on the path from a root that has a name in the program",
     [](Groupings& groupings) -> std::unique_ptr<Grouping> {
       return std::make_unique<ByOwner>(groupings.owners());
     }},
    {"path", "the pattern of the path from a root",
     [](Groupings& groupings) -> std::unique_ptr<Grouping> {
       return std::make_unique<ByPath>(groupings.patterns());
     }},
    {"module", "the nearest module on the path from a root",
     [](Groupings& groupings) -> std::unique_ptr<Grouping> {
       return std::make_unique<ByModule>(groupings.heap());
     }},
    {"package", "the package of that module, with whose it is: the program's, a library's, or Python's",
     [](Groupings& groupings) -> std::unique_ptr<Grouping> {
       return std::make_unique<ByPackage>(groupings.heap());
     }},
    {"line", "the line of source at which they were allocated, as far as tracemalloc has traced it",
     [](Groupings& groupings) -> std::unique_ptr<Grouping> {
       return std::make_unique<ByLine>(groupings.heap());
     }},
    {"kind", "the type; dicts of attributes by the type of their object, as `dict of shop.Item`", by_kind},
    {"rcs", "the set of the kinds of what refers to them, as referrers(kind)",
     [](Groupings& groupings) { return by_referrers(groupings, groupings.by("kind")); }},
    {"via", "the set of the ways in which they are referred to, such as `.name` and `['key']`", by_ways},
    {"size", "the shallow size", by_size},
    {"content", "the text or the value", by_content},
    {"id", "nothing: each object is a group", by_id},
    {"unity", "everything: all objects are one group", by_unity},
};

// What stands in parentheses is read by recursion.
constexpr size_t kMaxLength = 1000;

// The part before the first comma that is not between parentheses.
std::string_view first_of(std::string_view by) {
  int open = 0;
  for (size_t i = 0; i < by.size(); ++i) {
    open += by[i] == '(' ? 1 : by[i] == ')' ? -1 : 0;
    if (by[i] == ',' && open == 0) return by.substr(0, i);
  }
  return by;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::span<const GroupingKind> grouping_kinds() { return kGroupings; }

Groupings::Groupings(const HeapIndex& heap) : heap_(heap), owners_(heap), patterns_(heap) {}

Grouping& Groupings::by(std::string_view by) {
  by = trimmed(by);
  if (by.size() > kMaxLength) throw Error(ExitCode::kUsage, "a grouping is too long");
  if (const auto known = made_.find(by); known != made_.end()) return *known->second;
  std::unique_ptr<Grouping> grouping = make(by);
  return *(made_[std::string(by)] = std::move(grouping));
}

std::unique_ptr<Grouping> Groupings::make(std::string_view by) {
  constexpr std::string_view kReferrers = "referrers(";
  if (first_of(by).size() < by.size()) {
    std::vector<Grouping*> several;
    for (std::string_view rest = by;;) {
      const std::string_view first = first_of(rest);
      several.push_back(&this->by(first));
      if (first.size() == rest.size()) break;
      rest.remove_prefix(first.size() + 1);
    }
    return by_several(std::move(several));
  }
  if (by.starts_with(kReferrers) && by.ends_with(')')) {
    by.remove_prefix(kReferrers.size());
    by.remove_suffix(1);
    return by_referrers(*this, this->by(by));
  }
  const auto* const kind =
      std::ranges::find_if(kGroupings, [&](const GroupingKind& known) { return known.word == by; });
  if (kind != std::end(kGroupings)) return kind->make(*this);
  std::string words;
  for (const GroupingKind& known : kGroupings) (words += words.empty() ? "" : ", ") += known.word;
  throw Error(ExitCode::kUsage,
              "no grouping '" + std::string(by) + "': it is one of " + words + ", referrers(…)");
}

const StrongReferences& Groupings::references() {
  if (!references_) references_.emplace(heap_);
  return *references_;
}

const DictOwners& Groupings::dict_owners() {
  if (!dict_owners_) dict_owners_.emplace(heap_);
  return *dict_owners_;
}

const ObjectKinds& Groupings::kinds() {
  if (!kinds_) kinds_.emplace(heap_, dict_owners());
  return *kinds_;
}

Ways& Groupings::ways() {
  if (!ways_) ways_.emplace(heap_, dict_owners());
  return *ways_;
}

}  // namespace heapdump
