#include "index/lost_greenlets.h"

#include <algorithm>
#include <vector>

namespace heapdump {
namespace {

class Reached {
 public:
  explicit Reached(const HoldGraph& graph) : graph_(graph), reached_(graph.objects()) {}

  bool operator[](uint32_t id) const { return reached_[id]; }

  void from(uint32_t root) {
    visit(root);
    while (!waiting_.empty()) {
      const uint32_t id = waiting_.back();
      waiting_.pop_back();
      const uint64_t end = graph_.end_row(id);
      for (uint64_t row = graph_.first_row(id); row < end; ++row) visit(graph_.target(id, row));
      visit(graph_.held_type(id));
    }
  }

 private:
  void visit(uint32_t id) {
    if (id == kNone || !reached_.add(id)) return;
    if (!graph_.is_leaf(id)) waiting_.push_back(id);
  }

  const HoldGraph& graph_;
  Bits reached_;
  std::vector<uint32_t> waiting_;
};

}  // namespace

void root_lost_greenlets(const HoldGraph& graph, Held& held, Tables& tables) {
  const auto is_held = [&](const RootRow& row) {
    return held.rooted[row.object] || held.unexplained[row.object];
  };
  if (std::ranges::all_of(tables.greenlets(), is_held)) return;
  Reached reached(graph);
  for (uint32_t id = 0; id < graph.objects(); ++id) {
    if (held.rooted[id] || held.unexplained[id]) reached.from(id);
  }
  for (const RootRow& row : tables.greenlets()) {
    if (reached[row.object]) continue;
    reached.from(row.object);
    held.rooted.set(row.object);
    tables.add_root(row);
  }
}

}  // namespace heapdump
