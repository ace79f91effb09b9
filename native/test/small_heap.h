// A small heap with something of everything, as chunks.
#pragma once
#include <string>
#include <vector>

#include "test/dump_writer.h"

namespace heapdump::test {

constexpr uint64_t kBase = 0x7f0000000000;
constexpr uint64_t At(uint64_t i) { return kBase + 64 * i; }

// Addresses of what the heap holds.
constexpr uint64_t kType = At(0), kStr = At(1), kDict = At(2), kList = At(3), kUser = At(4), kKeyK = At(10),
                   kKeyQuote = At(11), kValue = At(12), kTheDict = At(13), kTheList = At(14),
                   kTheUser = At(15), kBigList = At(16), kLost = At(17), kLonely = At(18) + 8,
                   kNowhere = At(999);

enum Shapes : uint32_t { kTypeShape = 1, kStrShape, kDictShape, kListShape, kUserShape, kUnknownShape = 77 };

inline std::string DefinitionRecords() {
  RecordsPayload records;
  records.Type(kType, "builtins", "type");
  records.Type(kStr, "builtins", "str");
  records.Type(kDict, "", "dict");
  records.Type(kList, "builtins", "list");
  records.Type(kUser, "shop.models", "User");
  records.Shape(kTypeShape, kType, {}, {});
  records.Shape(kStrShape, kStr, {}, {});
  records.Shape(kDictShape, kDict, {}, {HD_REF_KEY, HD_REF_VALUE});
  records.Shape(kListShape, kList, {}, {HD_REF_ITEM | HD_REF_INDEXED});
  records.Shape(kUserShape, kUser, {{HD_REF_ATTRIBUTE, "name"}, {HD_REF_SLOT, ""}, {HD_REF_WEAK, "peer"}},
                {});
  records.Thread(4242, "MainThread");
  records.Frame(0, 4242, 0, "main", "/srv/app.py", 12);
  records.Module(kTheDict, "app", "/srv/app.py");
  records.Root(kTheDict, HD_ROOT_MODULE, "app");
  records.Root(kNowhere, HD_ROOT_C, "gone");
  return records.bytes();
}

inline std::string FirstObjects() {
  RecordsPayload records;
  records.Objects(11);
  const std::vector<uint64_t> none;
  for (const uint64_t type : {kType, kStr, kDict, kList, kUser}) {
    records.Add({kTypeShape, type, 1064, 9, HD_TRACKED}, none);
  }
  constexpr uint8_t kText = HD_HAS_CONTENT | HD_CONTENT_IS_TEXT;
  records.Add({kStrShape, kKeyK, 50, 2, kText, "k"}, none);
  records.Add({kStrShape, kKeyQuote, 52, 2, kText | HD_CONTENT_CUT, "it's"}, none);
  records.Add({kStrShape, kValue, uint64_t{1} << 40, (uint64_t{1} << 53) + 1, kText, std::string(200, 'v')},
              none);
  records.Add({kDictShape, kTheDict, 232, 1, HD_TRACKED | HD_GENERATION_KNOWN | 2 << HD_GENERATION_SHIFT},
              std::vector{kKeyK, kValue, kKeyQuote, kTheList, kTheUser, kNull});
  records.Add({kListShape, kTheList, 72, 0, HD_IMMORTAL}, std::vector{kTheDict, kNowhere, kNull, kValue});
  records.Add({kUserShape, kTheUser, 48, 1}, std::vector{kKeyK, kTheList, kTheDict, kValue});
  return records.bytes();
}

inline std::string LastObjects() {
  RecordsPayload records;
  records.Objects(4);
  records.Add({kUnknownShape, kLost, 8, 1}, std::vector{kKeyK});
  records.Add({kUserShape, kTheUser, 999, 1}, std::vector{kTheDict});  // a second time
  records.Add({kStrShape, kLonely, 0, 1}, std::vector<uint64_t>{});
  records.Add({kListShape, kBigList, 1 << 20, 1}, std::vector{kKeyK, kKeyK});
  return records.bytes();
}

inline std::string MoreReferences() {
  RecordsPayload records;
  records.More(kBigList, 2, std::vector{kValue, kKeyK});
  records.More(kBigList, 4, std::vector{kTheList});
  records.More(kBigList, 9, std::vector{kTheList});  // a piece between was lost
  records.More(kTheList, 5, std::vector{kTheList});  // not the object before
  return records.bytes();
}

constexpr uint64_t kSmallObjects = 15;     // records
constexpr uint64_t kSmallReferences = 18;  // as END says; a reader does not compare them

inline std::vector<std::string> SmallHeap() {
  return {FileHeader(),
          MetaChunk(),
          ChunkOf(HD_CHUNK_RECORDS, DefinitionRecords()),
          ChunkOf(HD_CHUNK_RECORDS, FirstObjects()),
          ChunkOf(HD_CHUNK_RECORDS, LastObjects()),
          ChunkOf(HD_CHUNK_RECORDS, MoreReferences()),
          EndChunk(kSmallObjects, kSmallReferences)};
}

inline std::string Joined(const std::vector<std::string>& pieces) {
  std::string out;
  for (const std::string& piece : pieces) out += piece;
  return out;
}

}  // namespace heapdump::test
