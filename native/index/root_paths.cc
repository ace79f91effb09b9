#include "index/root_paths.h"

#include <algorithm>
#include <vector>

#include "index/module_names.h"
#include "protocol.h"
#include "support/page_array.h"

namespace heapdump {
namespace {

class Search {
 public:
  explicit Search(const HoldGraph& graph)
      : graph_(graph), visited_(graph.objects()), gone_into_(graph.objects()), is_module_(graph.objects()) {
    steps_.resize(graph.objects());
    for (Step& step : steps_) step.parent = kNone;
  }

  // Level by level; a root joins at its lead.
  void from_named(const Tables& tables) {
    const std::vector<RootRow>& roots = tables.roots();
    for (const RootRow& root : roots) {
      if (root.kind == HD_ROOT_MODULE) is_module_.set(root.object);
    }
    for (uint32_t level = 0; level <= kFrameLead || at_ < found_.size(); ++level) {
      const size_t end = found_.size();
      if (level == 1) go_into_names(names_in_order(graph_, tables));
      while (at_ < end) go_into(found_[at_++]);
      if (level > kFrameLead) continue;
      for (const RootRow& root : roots) {
        if (root.kind != HD_ROOT_C && root_penalty(root.kind) == level) begin(root.object);
        if (root.kind == HD_ROOT_MODULE && level == kFrameLead) go_into_state(root.object);
      }
    }
  }

  // Types that nothing holds but their instances.
  void from_instances() {
    follow_types_ = true;
    for (uint32_t id = 0; id < graph_.objects(); ++id) {
      if (visited_[id]) visit(graph_.held_type(id), id);
    }
    go_on();
  }

  void from(const Bits& rest) {
    for (uint32_t id = 0; id < graph_.objects(); ++id) {
      if (rest[id]) begin(id);
    }
    go_on();
  }

  // The last on the path to an object.
  struct Step {
    uint32_t parent;
    uint32_t depth;
  };
  const PageArray<Step>& steps() const { return steps_; }

 private:
  void go_on() {
    while (at_ < found_.size()) go_into(found_[at_++]);
  }

  // An attribute is as near where it lies in a `__dict__` as where it lies in the object.
  void go_into(uint32_t id) {
    if (!gone_into_.add(id)) return;
    visit_held(id, !is_module_[id]);
    const uint32_t names = graph_.names_of(id);
    if (names != kNone && steps_[names].parent != names && gone_into_.add(names)) {
      visited_.set(names);
      steps_[names] = {id, steps_[id].depth + 1};
      visit_held(names, true);
    }
    if (follow_types_) visit(graph_.held_type(id), id);
  }

  // What modules have under a name.
  void go_into_names(const std::vector<NamesOfModule>& parts) {
    for (const NamesOfModule& names : parts) {
      if (!visited_[names.module] || steps_[names.dict].parent == names.dict) continue;
      visited_.set(names.dict);
      gone_into_.set(names.dict);
      steps_[names.dict] = {names.module, steps_[names.module].depth + 1};
    }
    const auto visit_names = [&](auto wanted) {
      for (const NamesOfModule& names : parts) {
        if (steps_[names.dict].parent != names.module) continue;
        for (uint64_t row = names.begin; row < names.end; ++row) {
          const uint32_t target = graph_.target(names.dict, row);
          if (target != kNone && !visited_[target] && wanted(target, names)) visit(target, names.dict);
        }
      }
    };
    visit_names(
        [&](uint32_t object, const NamesOfModule& names) { return is_defined_in(graph_, object, names); });
    visit_names([](uint32_t, const NamesOfModule&) { return true; });
  }

  // What a module has in its C state has no name there, and most often one elsewhere.
  void go_into_state(uint32_t module) { visit_held(module, true); }

  void visit_held(uint32_t id, bool unnamed_too) {
    const uint64_t end = graph_.end_row(id);
    for (uint64_t row = graph_.first_row(id); row < end; ++row) {
      if (unnamed_too || !graph_.is_unnamed(id, row)) visit(graph_.target(id, row), id);
    }
  }

  void begin(uint32_t id) {
    if (!visited_.add(id)) return;
    steps_[id].parent = id;
    found_.push_back(id);
  }

  void visit(uint32_t id, uint32_t holder) {
    if (id == kNone || !visited_.add(id)) return;
    steps_[id] = {holder, steps_[holder].depth + 1};
    if (!graph_.is_leaf(id)) found_.push_back(id);
  }

  const HoldGraph& graph_;
  Bits visited_, gone_into_;
  Bits is_module_;
  PageArray<Step> steps_;
  PageArray<uint32_t> found_;
  size_t at_ = 0;
  bool follow_types_ = false;
};

}  // namespace

uint32_t root_penalty(uint32_t kind) {
  switch (kind) {
    case HD_ROOT_MODULE:
      return 0;
    case HD_ROOT_FRAME:
    case HD_ROOT_THREAD:
      return kFrameLead;
    case HD_ROOT_C:
    case HD_ROOT_GREENLET:
      return UINT16_MAX;
    default:
      return kInterpreterLead;
  }
}

void place_root_paths(uint32_t objects, IndexWriter& writer) {
  writer.place(Section::kPathParent, uint64_t{objects} * 4);
  writer.place_split(Section::kDepth, objects);
}

void write_root_paths(const HoldGraph& graph, const Held& held, const Tables& tables, IndexWriter& writer) {
  Search search(graph);
  search.from_named(tables);
  search.from_instances();
  search.from(held.rooted);
  search.from(held.unexplained);
  constexpr size_t kRun = 1 << 16;
  std::vector<uint32_t> parents, depths;
  for (size_t first = 0; first < search.steps().size(); first += kRun) {
    parents.clear();
    depths.clear();
    for (size_t id = first; id < std::min(search.steps().size(), first + kRun); ++id) {
      parents.push_back(search.steps()[id].parent);
      depths.push_back(search.steps()[id].depth);
    }
    writer.write_rows(Section::kPathParent, first, parents.data(), parents.size());
    writer.write_split(Section::kDepth, first, depths);
  }
}

}  // namespace heapdump
