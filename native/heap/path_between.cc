#include "heap/path_between.h"

#include <charconv>

#include "heap/root_path.h"
#include "protocol.h"
#include "support/page_array.h"

namespace heapdump {
namespace {

// From the objects that paths lead to backward, level by level.
class Search {
 public:
  Search(const StrongReferences& references, const DictOwners& owners, const Bits& from, const Bits& to,
         const Avoid& avoid, const BetweenLimits& limits, bool through_types)
      : heap_(references.heap()),
        references_(references),
        owners_(owners),
        from_(from),
        avoid_(avoid),
        limits_(limits),
        through_types_(through_types),
        held_(heap_.objects()),
        ended_(heap_.objects()) {
    to.each([&](uint32_t id) {
      held_[id] = id + 1;
      found_.push_back(id);
    });
  }

  std::vector<std::vector<uint32_t>> run() {
    for (uint32_t level = 0; level < limits_.length && at_ < found_.size() && !is_done(); ++level) {
      for (const size_t end = found_.size(); at_ < end && !is_done(); ++at_) go_back(found_[at_]);
    }
    return std::move(paths_);
  }

 private:
  bool is_done() const { return paths_.size() >= limits_.paths; }

  void go_back(uint32_t held) {
    references_.holders(held, [&](uint32_t source, uint64_t position) {
      if (!avoid_.covers_label(heap_, source, position)) visit(source, held);
      return !is_done();
    });
    const uint32_t type = through_types_ ? heap_.type_of_object(held) : kNone;
    if (type == kNone) return;
    const Range instances = heap_.instances(type);
    for (uint64_t rank = instances.begin; rank < instances.end && !is_done(); ++rank) {
      if (const uint32_t id = heap_.by_type(rank); id != kNone) visit(id, held);
    }
  }

  void visit(uint32_t id, uint32_t held) {
    if (!avoid_.empty() && avoid_.covers(heap_, id)) return;
    if (from_[id]) {
      end(id, held);
    } else if (held_[id] == 0) {
      held_[id] = held + 1;
      found_.push_back(id);
      visit_owner(id);
    }
  }

  // Of a `__dict__` the object, at the level of that.
  void visit_owner(uint32_t dict) {
    const uint32_t owner = owners_.of(dict);
    if (owner == kNone || owners_.dict_of(owner) != dict || is_done()) return;
    const Range rows = heap_.positions(owner);
    for (uint64_t row = rows.begin; row < rows.end; ++row) {
      if (heap_.target(row) != dict) continue;
      if (!avoid_.covers_label(heap_, owner, row - rows.begin)) visit(owner, dict);
      return;
    }
  }

  void end(uint32_t id, uint32_t held) {
    if (is_done() || !ended_.add(id)) return;
    std::vector<uint32_t>& path = paths_.emplace_back(1, id);
    for (uint32_t at = held;; at = held_[at] - 1) {
      path.push_back(at);
      if (held_[at] - 1 == at) break;
    }
  }

  const HeapIndex& heap_;
  const StrongReferences& references_;
  const DictOwners& owners_;
  const Bits& from_;
  const Avoid& avoid_;
  const BetweenLimits limits_;
  const bool through_types_;
  PageArray<uint32_t> held_;  // on the way to the end, id + 1; of the end itself
  Bits ended_;                // of `from_`
  std::vector<uint32_t> found_;
  size_t at_ = 0;
  std::vector<std::vector<uint32_t>> paths_;
};

}  // namespace

std::vector<std::vector<uint32_t>> paths_between(const StrongReferences& references, const DictOwners& owners,
                                                 const Bits& from, const Bits& to, const Avoid& avoid,
                                                 const BetweenLimits& limits) {
  auto paths = Search(references, owners, from, to, avoid, limits, false).run();
  if (paths.empty()) paths = Search(references, owners, from, to, avoid, limits, true).run();
  return paths;
}

std::vector<std::string> format_parts_between(const HeapIndex& heap, const std::vector<uint32_t>& ids,
                                              const Avoid& avoid) {
  std::vector<std::string> parts = format_parts(heap, ids, avoid);
  if (parts.empty() || root_kind(heap, ids.front()) == HD_ROOT_MODULE) return parts;
  char digits[16];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, heap.address(ids.front()), 16);
  parts.front() = "<" + std::string(heap.type_name(ids.front())) + " 0x" + std::string(digits, end) + ">";
  return parts;
}

}  // namespace heapdump
