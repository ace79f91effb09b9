#include "sqlite/open_heap.h"

#include "analysis/partition.h"
#include "index/descending.h"
#include "sets/set_value.h"
#include "support/error.h"

namespace heapdump {

Groupings& OpenHeap::groupings() {
  if (!groupings_) groupings_.emplace(*this);
  return *groupings_;
}

const ObjectTree& OpenHeap::dominator_tree() {
  if (!dominator_tree_) dominator_tree_ = ObjectTree::of_dominators(*this);
  return *dominator_tree_;
}

const ObjectTree& OpenHeap::path_tree() {
  if (!path_tree_) path_tree_ = ObjectTree::of_paths(*this);
  return *path_tree_;
}

const Tasks& OpenHeap::tasks() {
  if (!tasks_) tasks_ = find_tasks(*this, dominator_tree(), owners());
  return *tasks_;
}

const Collection& OpenHeap::collection(int generation) {
  return collections_.try_emplace(generation, *this, generation).first->second;
}

std::string_view OpenHeap::task_name(uint32_t id) {
  if (!task_names_) {
    task_names_.emplace();
    const Categories categories(*this);
    for (uint32_t type = 0; type < types().size(); ++type) {
      if (categories.of_type(type) != Category::kTask) continue;
      const Range ranks = instances(type);
      for (uint64_t rank = ranks.begin; rank < ranks.end; ++rank) {
        const uint32_t task = by_type(rank);
        if (task != kNone) task_names_->emplace(task, heapdump::task_name(*this, task));
      }
    }
  }
  const auto at = task_names_->find(id);
  return at == task_names_->end() ? std::string_view() : at->second;
}

Holders& OpenHeap::holders() {
  if (!holders_) holders_.emplace(*this);
  return *holders_;
}

const Matching& OpenHeap::matching(const std::shared_ptr<OpenHeap>& other) {
  Matched& matched = matchings_[other.get()];
  // Another heap may have come to be where one was that is closed.
  if (!matched.matching || matched.other.lock() != other) {
    matched = {other, std::make_unique<Matching>(*other, *this)};
  }
  return *matched.matching;
}

Joint& OpenHeap::joint() {
  if (!joint_) joint_.emplace(*this, groupings().references());
  return *joint_;
}

std::shared_ptr<const Bits> OpenHeap::set(const std::string& text, bool allows_absent) {
  constexpr size_t kKept = 16;
  const std::pair key(text, allows_absent);
  if (const auto known = sets_.find(key); known != sets_.end()) return known->second;
  const auto since = [this]() -> const Matching* {
    const auto earlier = heaps_.find("since");
    return earlier ? &matching(earlier) : nullptr;
  };
  auto value =
      std::make_shared<const Bits>(set_value({*this, groupings(), joint(), since, allows_absent}, text));
  if (sets_.size() >= kKept) sets_.clear();
  return sets_.emplace(key, std::move(value)).first->second;
}

const std::vector<uint64_t>& OpenHeap::retained_by_type() {
  if (!retained_by_type_) {
    retained_by_type_.emplace(types().size());
    const Partition partition(*this, groupings().by("type"), *set("all"));
    const std::vector<uint64_t> retained = partition.all_retained(joint());
    for (size_t row = 0; row < retained.size(); ++row)
      (*retained_by_type_)[partition.rows()[row].group] = retained[row];
  }
  return *retained_by_type_;
}

const PageArray<uint32_t>& OpenHeap::all_by_size() {
  if (!all_by_size_) {
    all_by_size_ = ids_descending(objects(), objects(), [this](uint32_t id) { return size(id); });
  }
  return *all_by_size_;
}

const PageArray<uint32_t>& OpenHeap::all_by_retained() {
  if (!all_by_retained_) {
    all_by_retained_ = ids_descending(objects(), objects(), [this](uint32_t id) { return retained(id); });
  }
  return *all_by_retained_;
}

std::shared_ptr<OpenHeap> OpenHeaps::open(const std::string& schema, const std::string& path) {
  auto open = by_path_[path].lock();
  if (!open) by_path_[path] = open = std::make_shared<OpenHeap>(path, *this);
  by_schema_[schema] = open;
  return open;
}

std::shared_ptr<OpenHeap> OpenHeaps::find(const std::string& schema) const {
  const auto at = by_schema_.find(schema);
  return at == by_schema_.end() ? nullptr : at->second.lock();
}

std::shared_ptr<OpenHeap> OpenHeaps::of(const std::string& schema) const {
  auto open = find(schema);
  if (!open) throw Error(ExitCode::kUsage, "there is no heap " + schema);
  return open;
}

}  // namespace heapdump
