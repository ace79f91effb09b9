// Objects with more references than the dump has are roots of kind `c`.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "test/heap_builder.h"
#include "test/heap_test.h"

namespace heapdump {
namespace {

using namespace test;

class HeldByCTest : public HeapTest {
 protected:
  HeldByCTest() {
    const uint32_t node = heap_.type("app", "Node").refcount(11);  // its 11 instances
    const uint32_t link = heap_[heap_.static_type("weakref.ReferenceType")].refcount(100);
    heap_[heap_.static_type("type")].refcount(100);
    HeapObject& holder = heap_.object(node).refcount(2);
    const uint32_t held = heap_.object(node).refcount(2).items({holder, holder});
    lost_ = heap_.object(node).refcount(3);
    static_ = heap_.object(node).refcount(1).root(HD_ROOT_DATA, "lib.so");
    both_ = heap_.object(node).refcount(3).root(HD_ROOT_DATA, "lib.so");
    const uint32_t borrowed = heap_.object(node).refcount(1).root(HD_ROOT_DATA, "lib.so");
    watched_ = heap_.object(node).refcount(1);
    heap_.object(node).refcount(7).immortal();
    heap_.object(node).refcount(999'999'999);  // as static objects have it
    heap_.object(node).refcount(5).root(HD_ROOT_MODULE, "app");
    const uint32_t huge = heap_.object(node).refcount(uint64_t{1} << 40);
    const uint32_t reference =
        heap_.object(link).refcount(1).weak("", watched_).field("__callback__", kNothing);
    holder.items({held, held, lost_, borrowed, huge, reference, kNothing});
  }

  std::map<uint32_t, std::string> found(const std::string& mode, const std::string& status = "ok") {
    const HeapIndex heap = open_index(heap_.dump(mode, status), mode + status);
    std::map<uint32_t, std::string> found;
    uint32_t before = 0;
    for (const RootRow& root : heap.roots()) {
      EXPECT_LE(before, root.object) << "roots are sorted by object";
      before = root.object;
      if (root.kind == HD_ROOT_C) found[root.object] = heap.text(root.name);
      if (root.kind == HD_ROOT_DATA) in_data_.insert(root.object);
    }
    EXPECT_EQ(heap.roots().size(), found.size() + in_data_.size() + 3);
    return found;
  }

  HeapBuilder heap_;
  uint32_t lost_, watched_, static_, both_;
  std::set<uint32_t> in_data_;
};

TEST_F(HeldByCTest, TellsWhatHasMoreReferencesThanWereFound) {
  const std::map<uint32_t, std::string> expected{
      {lost_, "2 of 3 references"}, {watched_, "1 of 1 references"}, {both_, "2 of 3 references"}};
  EXPECT_EQ(found("fork"), expected);
  EXPECT_EQ(found("stop"), expected);
}

TEST_F(HeldByCTest, SaysNothingWhereReferencesAreMissing) {
  EXPECT_TRUE(found("python").empty());
  EXPECT_TRUE(found("fork", "given up").empty());
}

// A word of a library's data that has an object's address explains one of its references.
TEST_F(HeldByCTest, TakesALibrarysDataForRootsWhereReferencesAreUnexplained) {
  found("fork");
  EXPECT_EQ(in_data_, (std::set<uint32_t>{static_, both_}));
}

}  // namespace
}  // namespace heapdump
