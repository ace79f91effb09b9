#pragma once
#include <cstdint>

#include "index/hold_graph.h"
#include "support/page_array.h"

namespace heapdump {

// Goes through what objects hold, depth first, without recursion: chains are millions of objects long.
class DepthFirst {
 public:
  explicit DepthFirst(const HoldGraph& graph) : graph_(graph), visited_(graph.objects()) {}

  const Bits& visited() const { return visited_; }

  // What `start` reaches and was not visited yet. `enter` gets each object when it is found and its holder
  // (kNone for the start), `leave` when all that it holds was gone through.
  template <typename Enter, typename Leave>
  void from(uint32_t start, Enter enter, Leave leave) {
    const auto visit = [&](uint32_t id, uint32_t holder) {
      if (id == kNone || !visited_.add(id)) return;
      enter(id, holder);
      if (graph_.is_leaf(id)) {
        leave(id);
      } else {
        stack_.push_back({graph_.first_row(id), graph_.end_row(id), id});
      }
    };
    visit(start, kNone);
    while (stack_.size() > 0) {
      Level& level = stack_[stack_.size() - 1];
      const uint32_t id = level.id;
      if (level.row < level.end) {
        const uint64_t row = level.row++;
        visit(graph_.target(id, row), id);
      } else if (level.row == level.end) {
        level.row++;
        visit(graph_.held_type(id), id);
      } else {
        stack_.resize(stack_.size() - 1);
        leave(id);
      }
    }
  }

 private:
  struct Level {
    uint64_t row;
    uint64_t end;
    uint32_t id;
  };

  const HoldGraph& graph_;
  Bits visited_;
  PageArray<Level> stack_;
};

}  // namespace heapdump
