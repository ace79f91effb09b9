// Objects with more references than the dump has are roots of kind `c`.
#include <gtest/gtest.h>

#include <map>

#include "heap/heap_index.h"
#include "index/build_index.h"
#include "test/dump_writer.h"
#include "test/temporary_folder.h"

namespace heapdump {
namespace {

using namespace test;

constexpr uint64_t at(uint64_t i) { return 0x7f0000000000 + 64 * i; }
constexpr uint64_t kMeta = at(0), kNode = at(1), kLink = at(2), kHolder = at(10), kHeld = at(11),
                   kLost = at(12), kWatched = at(13), kImmortal = at(14), kStatic = at(15), kNamed = at(16),
                   kHuge = at(17), kReference = at(18);
enum Shapes : uint32_t { kTypeShape = 1, kNodeShape, kLinkShape };
constexpr uint64_t kHeapType = 1 << 9;

std::string records() {
  RecordsPayload records;
  records.type(kMeta, "builtins", "type");
  records.type(kNode, "app", "Node", kHeapType);
  records.type(kLink, "weakref", "ReferenceType");
  records.shape(kTypeShape, kMeta, {}, {});
  records.shape(kNodeShape, kNode, {}, {HD_REF_ITEM | HD_REF_INDEXED});
  records.shape(kLinkShape, kLink, {{HD_REF_WEAK, ""}, {HD_REF_FIELD, "__callback__"}}, {});
  records.root(kNamed, HD_ROOT_MODULE, "app");
  records.root(kMeta, HD_ROOT_STATIC, "type");
  records.root(kLink, HD_ROOT_STATIC, "weakref.ReferenceType");
  records.objects(12);
  const std::vector<uint64_t> none;
  records.add({kTypeShape, kMeta, 16, 100}, none);
  records.add({kTypeShape, kNode, 16, 8}, none);  // its 8 instances
  records.add({kTypeShape, kLink, 16, 100}, none);
  records.add({kNodeShape, kHolder, 16, 2}, std::vector{kHeld, kHeld, kLost, kHuge, kReference, kNull});
  records.add({kNodeShape, kHeld, 16, 2}, std::vector{kHolder, kHolder});
  records.add({kNodeShape, kLost, 16, 3}, none);
  records.add({kNodeShape, kWatched, 16, 1}, none);
  records.add({kNodeShape, kImmortal, 16, 7, HD_IMMORTAL}, none);
  records.add({kNodeShape, kStatic, 16, 999'999'999}, none);
  records.add({kNodeShape, kNamed, 16, 5}, none);
  records.add({kNodeShape, kHuge, 16, uint64_t{1} << 40}, none);
  records.add({kLinkShape, kReference, 16, 1}, std::vector{kWatched, kNull});
  return records.bytes();
}

class HeldByCTest : public TemporaryFolder {
 protected:
  std::map<uint64_t, std::string> found(const std::string& mode, const std::string& status = "ok") {
    const auto meta = pairs_of({{"dump_id", "00112233445566778899aabbccddee" + mode}, {"mode", mode}});
    const auto end = pairs_of({{"status", status}, {"objects", "12"}, {"references", "8"}});
    write_file(path("heap.bin"), file_header() + chunk_of(HD_CHUNK_META, meta) +
                                     chunk_of(HD_CHUNK_RECORDS, records()) + chunk_of(HD_CHUNK_END, end));
    ensure_index(path("heap.bin"), path("index"), [](double) {});
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

TEST_F(HeldByCTest, TellsWhatHasMoreReferencesThanWereFound) {
  const std::map<uint64_t, std::string> expected{{kLost, "2 of 3 references"},
                                                 {kWatched, "1 of 1 references"}};
  EXPECT_EQ(found("fork"), expected);
  EXPECT_EQ(found("stop"), expected);
}

TEST_F(HeldByCTest, SaysNothingWhereReferencesAreMissing) {
  EXPECT_TRUE(found("python").empty());
  EXPECT_TRUE(found("fork", "given up").empty());
}

}  // namespace
}  // namespace heapdump
