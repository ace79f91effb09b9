#pragma once
#include <cstdint>
#include <vector>

#include "heap/heap_index.h"
#include "heap/reported_references.h"
#include "support/bits.h"
#include "support/page_array.h"

namespace heapdump {

// A collection as CPython's cyclic garbage collector would make it of the objects of a generation and of all
// younger ones, phase by phase (Modules/gcmodule.c, 3.13: Python/gc.c), up to where it would run code of the
// program: which objects it finds unreachable, whose finalizers and which callbacks of weak references it
// would run. What these do cannot be known.
class Collection {
 public:
  static constexpr int kOldest = 2;

  struct Callback {
    uint32_t object;     // that is unreachable
    uint32_t reference;  // the weak reference to it, which is not freed with it
    uint32_t callback;
  };

  // Whether a collection of that generation can be replayed: from 3.14 on one of generation 1 takes a part of
  // the old objects, each time another one.
  static bool is_known(const HeapIndex& heap, int generation);

  // Throws Error(kUsage) for a generation that there is not, and for a dump that does not tell enough.
  Collection(const HeapIndex& heap, int generation);

  const Bits& objects() const { return objects_; }
  // What subtract_refs leaves of the reference count of an object: its references from elsewhere.
  int64_t outside(uint32_t id) const { return outside_[id]; }
  // move_unreachable: no reference from elsewhere leads to it.
  bool is_unreachable(uint32_t id) const { return objects_[id] && !reachable_[id]; }
  // move_legacy_finalizers: it has a tp_del, or one that has reaches it. It is not freed.
  bool is_uncollectable(uint32_t id) const { return uncollectable_[id]; }
  // It is unreachable, and nothing keeps the collector from freeing it.
  bool is_trash(uint32_t id) const { return is_unreachable(id) && !uncollectable_[id]; }
  bool has_legacy_finalizer(uint32_t id) const;
  // finalize_garbage: its tp_finalize would be called.
  bool is_finalized(uint32_t id) const { return finalized_[id]; }
  // One whose tp_finalize would be called reaches it: if that stores itself somewhere, it stays. To 3.8 all
  // else then stays as well.
  bool may_resurrect(uint32_t id) const { return resurrectable_[id]; }
  // handle_weakrefs.
  const std::vector<Callback>& callbacks() const { return callbacks_; }
  // Objects that are referred to more often than their reference count says: the dump is not of one moment.
  uint64_t miscounted() const { return miscounted_; }

  // `each(source, target)` of the references between the objects, as tp_traverse reports them.
  template <typename Each>
  void references(Each each) const {
    objects_.each([&](uint32_t source) {
      references_.held(source, [&](uint32_t target) {
        if (objects_[target]) each(source, target);
      });
    });
  }

 private:
  void untrack_tuples();
  void update_and_subtract(int generation);
  void move_unreachable();
  void move_legacy_finalizers();
  void handle_weak_references();
  void find_finalizers();
  // Adds all that is reached from the objects of `set` and `can_join(id)`.
  template <typename CanJoin>
  void reach(Bits& set, std::vector<uint32_t> from, CanJoin can_join) const;

  const HeapIndex& heap_;
  ReportedReferences references_;
  Bits objects_, reachable_, uncollectable_, finalized_, resurrectable_;
  PageArray<int32_t> outside_;
  std::vector<Callback> callbacks_;
  uint64_t miscounted_ = 0;
};

// Objects of one type.
struct TypeTally {
  uint32_t type;  // row of types()
  uint64_t count = 0;
  uint64_t size = 0;
  uint32_t example = kNone;  // the largest

  void add(const HeapIndex& heap, uint32_t id) {
    count++;
    size += heap.size(id);
    if (example == kNone || heap.size(id) > heap.size(example)) example = id;
  }
};

// Those of a collection that fare alike.
struct CollectionGroup : TypeTally {
  enum Kind : uint8_t {
    kReachable,
    kUnreachable,
    kLegacy,
    kUncollectable,
    kFinalized,
    kResurrectable,
    kKinds
  };
  Kind kind;
};

// Those of most objects first within a kind. An object can be in several: what is not reachable is
// unreachable, and of that some are in the others, too.
std::vector<CollectionGroup> collection_groups(const HeapIndex& heap, const Collection& collection);

}  // namespace heapdump
