#include "analysis/grouping.h"

#include <algorithm>

#include "analysis/group_retained.h"
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
  std::vector<GroupTotals> known_totals() const override {
    std::vector<GroupTotals> totals(count());
    for (uint32_t group = 0; group < count(); ++group) {
      const TypeRow& type = heap_.types()[group];
      const Range ranks = heap_.instances(group);
      totals[group] = {.count = type.count,
                       .size = type.size,
                       .example = ranks.size() == 0 ? kNone : heap_.by_type(ranks.begin)};
    }
    return totals;
  }

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
    {"line", "the line of source at which they were allocated, as far as tracemalloc has traced it",
     [](Groupings& groupings) -> std::unique_ptr<Grouping> {
       return std::make_unique<ByLine>(groupings.heap());
     }},
};

// Count, size and example by the number of the group; of what is in none, in `outside`.
std::vector<GroupTotals> counted(const HeapIndex& heap, Grouping& grouping,
                                 const std::function<bool(uint32_t)>& wanted, GroupTotals& outside) {
  std::vector<GroupTotals> totals;
  for (uint32_t id = 0; id < heap.objects(); ++id) {
    if (wanted && !wanted(id)) continue;
    const uint32_t group = grouping.of(id);
    if (group != kNone && group >= totals.size()) totals.resize(group + 1);
    GroupTotals& total = group == kNone ? outside : totals[group];
    if (total.count++ == 0) total.example = id;
    total.size += heap.size(id);
  }
  return totals;
}

}  // namespace

std::span<const GroupingKind> grouping_kinds() { return kGroupings; }

Groupings::Groupings(const HeapIndex& heap) : heap_(heap), owners_(heap), patterns_(heap) {}

Grouping& Groupings::by(const std::string& word) {
  std::unique_ptr<Grouping>& grouping = made_[word];
  if (grouping) return *grouping;
  const auto* const kind = std::ranges::find(kGroupings, word, &GroupingKind::word);
  if (kind == std::end(kGroupings)) {
    std::string words;
    for (const GroupingKind& known : kGroupings) (words += words.empty() ? "" : ", ") += known.word;
    throw Error(ExitCode::kUsage, "no grouping '" + word + "': it is one of " + words);
  }
  grouping = kind->make(*this);
  return *grouping;
}

std::vector<GroupTotals> group_totals(const HeapIndex& heap, const ObjectTree* dominators, Grouping& grouping,
                                      const std::function<bool(uint32_t)>& wanted) {
  GroupTotals outside;
  std::vector<GroupTotals> totals;
  if (!wanted) totals = grouping.known_totals();
  if (totals.empty()) totals = counted(heap, grouping, wanted, outside);
  for (uint32_t group = 0; group < totals.size(); ++group) totals[group].group = group;
  if (dominators != nullptr) {
    const auto retained =
        retained_by_group(heap, *dominators, static_cast<uint32_t>(totals.size()),
                          [&](uint32_t id) { return wanted && !wanted(id) ? kNone : grouping.of(id); });
    for (uint32_t group = 0; group < totals.size(); ++group) totals[group].retained = retained[group];
  }
  totals.push_back(outside);
  std::erase_if(totals, [](const GroupTotals& total) { return total.count == 0; });
  std::ranges::sort(totals, {}, &GroupTotals::example);
  return totals;
}

}  // namespace heapdump
