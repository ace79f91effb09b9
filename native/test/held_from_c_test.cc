// Objects with more references than the dump has are roots of kind `c`.
#include <gtest/gtest.h>

#include <map>

#include "index/build_index.h"
#include "index/heap_index.h"
#include "test/dump_writer.h"
#include "test/temporary_folder.h"

namespace heapdump {
namespace {

using namespace test;

constexpr uint64_t At(uint64_t i) { return 0x7f0000000000 + 64 * i; }
constexpr uint64_t kMeta = At(0), kNode = At(1), kLink = At(2), kHolder = At(10), kHeld = At(11),
                   kLost = At(12), kWatched = At(13), kImmortal = At(14), kStatic = At(15), kNamed = At(16),
                   kHuge = At(17), kReference = At(18);
enum Shapes : uint32_t { kTypeShape = 1, kNodeShape, kLinkShape };
constexpr uint64_t kHeapType = 1 << 9;

std::string Records() {
  RecordsPayload records;
  records.Type(kMeta, "builtins", "type");
  records.Type(kNode, "app", "Node", kHeapType);
  records.Type(kLink, "weakref", "ReferenceType");
  records.Shape(kTypeShape, kMeta, {}, {});
  records.Shape(kNodeShape, kNode, {}, {HD_REF_ITEM | HD_REF_INDEXED});
  records.Shape(kLinkShape, kLink, {{HD_REF_WEAK, ""}, {HD_REF_FIELD, "__callback__"}}, {});
  records.Root(kNamed, HD_ROOT_MODULE, "app");
  records.Root(kMeta, HD_ROOT_STATIC, "type");
  records.Root(kLink, HD_ROOT_STATIC, "weakref.ReferenceType");
  records.Objects(12);
  const std::vector<uint64_t> none;
  records.Add({kTypeShape, kMeta, 16, 100}, none);
  records.Add({kTypeShape, kNode, 16, 8}, none);  // its 8 instances
  records.Add({kTypeShape, kLink, 16, 100}, none);
  records.Add({kNodeShape, kHolder, 16, 2}, std::vector{kHeld, kHeld, kLost, kHuge, kReference, kNull});
  records.Add({kNodeShape, kHeld, 16, 2}, std::vector{kHolder, kHolder});
  records.Add({kNodeShape, kLost, 16, 3}, none);
  records.Add({kNodeShape, kWatched, 16, 1}, none);
  records.Add({kNodeShape, kImmortal, 16, 7, HD_IMMORTAL}, none);
  records.Add({kNodeShape, kStatic, 16, 999'999'999}, none);
  records.Add({kNodeShape, kNamed, 16, 5}, none);
  records.Add({kNodeShape, kHuge, 16, uint64_t{1} << 40}, none);
  records.Add({kLinkShape, kReference, 16, 1}, std::vector{kWatched, kNull});
  return records.bytes();
}

class HeldFromCTest : public TemporaryFolder {
 protected:
  std::map<uint64_t, std::string> Found(const std::string& mode, const std::string& status = "ok") {
    const auto meta = PairsOf({{"dump_id", "00112233445566778899aabbccddee" + mode}, {"mode", mode}});
    const auto end = PairsOf({{"status", status}, {"objects", "12"}, {"references", "8"}});
    WriteFile(path("heap.bin"), FileHeader() + ChunkOf(HD_CHUNK_META, meta) +
                                    ChunkOf(HD_CHUNK_RECORDS, Records()) + ChunkOf(HD_CHUNK_END, end));
    EnsureIndex(path("heap.bin"), path("index"), [](double) {});
    const HeapIndex heap(path("index"));
    std::map<uint64_t, std::string> found;
    uint64_t before = 0;
    for (const RootRow& root : heap.roots()) {
      EXPECT_LE(before, root.object) << "roots are sorted by object";
      before = root.object;
      if (root.kind == HD_ROOT_C) found[heap.address(root.object)] = heap.text(root.name);
    }
    EXPECT_EQ(heap.roots().size(), found.size() + 3);
    return found;
  }
};

TEST_F(HeldFromCTest, TellsWhatHasMoreReferencesThanWereFound) {
  const std::map<uint64_t, std::string> expected{{kLost, "2 of 3 references"},
                                                 {kWatched, "1 of 1 references"}};
  EXPECT_EQ(Found("fork"), expected);
  EXPECT_EQ(Found("stop"), expected);
}

TEST_F(HeldFromCTest, SaysNothingWhereReferencesAreMissing) {
  EXPECT_TRUE(Found("python").empty());
  EXPECT_TRUE(Found("fork", "given up").empty());
}

}  // namespace
}  // namespace heapdump
