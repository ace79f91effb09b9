#pragma once
#include <cstdint>
#include <iterator>
#include <vector>

#include "heap/heap_index.h"
#include "support/page_array.h"

namespace heapdump {

class Preorder;

// Objects below objects, as lists by id; those that stand below none are below kTop. Garbage is in no tree.
class ObjectTree {
 public:
  static constexpr uint32_t kTop = kNone;

  // Each object below its dominator.
  static ObjectTree of_dominators(const HeapIndex& heap);
  // Each object below its holder on the path from a root.
  static ObjectTree of_paths(const HeapIndex& heap);

  // kNone if nothing is below it.
  uint32_t first_child(uint32_t id) const { return (id == kTop ? top_ : first_[id]) - 1; }
  // kNone for the last.
  uint32_t next_sibling(uint32_t id) const { return next_[id] - 1; }

  // An object and all below it, depth first; of kTop, all objects of the tree.
  Preorder preorder(uint32_t id) const;

  // Adds to each object's value those of all objects below it, and gives the sum of all.
  int64_t sum_up(PageArray<int64_t>& values) const;

 private:
  explicit ObjectTree(uint32_t objects) : first_(objects), next_(objects) {}
  void add(uint32_t id, uint32_t parent);

  PageArray<uint32_t> first_, next_;  // id + 1, so that 0 is none
  uint32_t top_ = 0;
};

// Where a walk over a tree is. An object stands below one other at most, so that a walk can come to an object
// twice only if a damaged index leads in a circle back to where it began: there it does not go on.
class Preorder {
 public:
  Preorder() = default;
  Preorder(const ObjectTree& tree, uint32_t from) : tree_(&tree), from_(from), id_(from) {
    if (from == ObjectTree::kTop) id_ = tree.first_child(from);
  }

  // kNone after the last.
  uint32_t id() const { return id_; }
  // How many objects of the walk the object is below.
  size_t depth() const { return above_.size(); }

  void next() {
    const uint32_t child = other_than_from(tree_->first_child(id_));
    if (child != kNone) {
      above_.push_back(id_);
      id_ = child;
      return;
    }
    for (;;) {
      if (id_ == from_) break;
      const uint32_t sibling = other_than_from(tree_->next_sibling(id_));
      if (sibling != kNone) {
        id_ = sibling;
        return;
      }
      if (above_.empty()) break;
      id_ = above_.back();
      above_.pop_back();
    }
    id_ = kNone;
  }

  class Iterator {
   public:
    using difference_type = ptrdiff_t;
    using value_type = uint32_t;

    explicit Iterator(Preorder& walk) : walk_(&walk) {}
    uint32_t operator*() const { return walk_->id(); }
    Iterator& operator++() {
      walk_->next();
      return *this;
    }
    void operator++(int) { walk_->next(); }
    bool operator==(std::default_sentinel_t) const { return walk_->id() == kNone; }

   private:
    Preorder* walk_;
  };
  Iterator begin() { return Iterator(*this); }
  static std::default_sentinel_t end() { return {}; }

 private:
  uint32_t other_than_from(uint32_t id) const {
    return id == from_ && id != kNone ? tree_->next_sibling(id) : id;
  }

  const ObjectTree* tree_ = nullptr;
  uint32_t from_ = kNone;
  uint32_t id_ = kNone;
  std::vector<uint32_t> above_;
};

inline Preorder ObjectTree::preorder(uint32_t id) const { return {*this, id}; }

}  // namespace heapdump
