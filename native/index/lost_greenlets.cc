#include "index/lost_greenlets.h"

#include <vector>

namespace heapdump {
namespace {

// What has been reached, until all that is wanted has been.
class Reached {
 public:
  Reached(const HoldGraph& graph, const std::vector<RootRow>& wanted)
      : graph_(graph), reached_(graph.objects()), wanted_(graph.objects()) {
    for (const RootRow& row : wanted) missing_ += wanted_.add(row.object);
  }

  bool operator[](uint32_t id) const { return reached_[id]; }
  bool has_all() const { return missing_ == 0; }

  void from(uint32_t root) {
    visit(root);
    while (!waiting_.empty() && !has_all()) {
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
    if (wanted_[id]) missing_--;
    if (!graph_.is_leaf(id)) waiting_.push_back(id);
  }

  const HoldGraph& graph_;
  Bits reached_, wanted_;
  uint32_t missing_ = 0;
  std::vector<uint32_t> waiting_;
};

}  // namespace

void root_lost_greenlets(const HoldGraph& graph, Held& held, Tables& tables) {
  Reached reached(graph, tables.greenlets());
  for (uint32_t id = 0; id < graph.objects() && !reached.has_all(); ++id) {
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
