// A small heap as the chunks of its dump, with something of everything and with what HeapBuilder does not
// build: objects without a shape, objects that come twice, references to nothing, pieces of a list that were
// lost.
#pragma once
#include <string>
#include <vector>

#include "test/dump_writer.h"

namespace heapdump::test {

constexpr uint64_t kBase = 0x7f0000000000;
constexpr uint64_t at(uint64_t i) { return kBase + 64 * i; }

// Addresses of what the heap holds.
constexpr uint64_t kType = at(0), kStr = at(1), kDict = at(2), kList = at(3), kUser = at(4), kKeyK = at(10),
                   kKeyQuote = at(11), kValue = at(12), kTheDict = at(13), kTheList = at(14),
                   kTheUser = at(15), kBigList = at(16), kLost = at(17), kLonely = at(18) + 8,
                   kNowhere = at(999);

enum Shapes : uint32_t { kTypeShape = 1, kStrShape, kDictShape, kListShape, kUserShape, kUnknownShape = 77 };

inline std::string definition_records() {
  RecordsPayload records;
  records.type(kType, "builtins", "type");
  records.type(kStr, "builtins", "str");
  records.type(kDict, "", "dict");
  records.type(kList, "builtins", "list");
  records.type(kUser, "shop.models", "User");
  records.shape(kTypeShape, kType, {}, {});
  records.shape(kStrShape, kStr, {}, {});
  records.shape(kDictShape, kDict, {}, {HD_REF_KEY, HD_REF_VALUE});
  records.shape(kListShape, kList, {}, {HD_REF_ITEM | HD_REF_INDEXED});
  records.shape(kUserShape, kUser, {{HD_REF_ATTRIBUTE, "name"}, {HD_REF_SLOT, ""}, {HD_REF_WEAK, "peer"}},
                {});
  records.thread(4242, "MainThread");
  records.frame(0, 4242, 0, "main", "/srv/app.py", 12);
  records.module(kTheDict, "app", "/srv/app.py");
  records.root(kTheDict, HD_ROOT_MODULE, "app");
  records.root(kNowhere, HD_ROOT_C, "gone");
  return records.bytes();
}

inline std::string first_objects() {
  RecordsPayload records;
  records.objects(11);
  const std::vector<uint64_t> none;
  for (const uint64_t type : {kType, kStr, kDict, kList, kUser}) {
    records.add({kTypeShape, type, 1064, 9, HD_TRACKED}, none);
  }
  constexpr uint8_t kText = HD_HAS_CONTENT | HD_CONTENT_IS_TEXT;
  records.add({kStrShape, kKeyK, 50, 2, kText, "k"}, none);
  records.add({kStrShape, kKeyQuote, 52, 2, kText | HD_CONTENT_CUT, "it's"}, none);
  records.add({kStrShape, kValue, uint64_t{1} << 40, (uint64_t{1} << 53) + 1, kText, std::string(200, 'v')},
              none);
  records.add({kDictShape, kTheDict, 232, 1, HD_TRACKED | HD_GENERATION_KNOWN | 2 << HD_GENERATION_SHIFT},
              std::vector{kKeyK, kValue, kKeyQuote, kTheList, kTheUser, kNull});
  records.add({kListShape, kTheList, 72, 0, HD_IMMORTAL}, std::vector{kTheDict, kNowhere, kNull, kValue});
  records.add({kUserShape, kTheUser, 48, 1}, std::vector{kKeyK, kTheList, kTheDict, kValue});
  return records.bytes();
}

inline std::string last_objects() {
  RecordsPayload records;
  records.objects(4);
  records.add({kUnknownShape, kLost, 8, 1}, std::vector{kKeyK});
  records.add({kUserShape, kTheUser, 999, 1}, std::vector{kTheDict});  // a second time
  records.add({kStrShape, kLonely, 0, 1}, std::vector<uint64_t>{});
  records.add({kListShape, kBigList, 1 << 20, 1}, std::vector{kKeyK, kKeyK});
  return records.bytes();
}

inline std::string more_references() {
  RecordsPayload records;
  records.more(kBigList, 2, std::vector{kValue, kKeyK});
  records.more(kBigList, 4, std::vector{kTheList});
  records.more(kBigList, 9, std::vector{kTheList});  // a piece between was lost
  records.more(kTheList, 5, std::vector{kTheList});  // not the object before
  return records.bytes();
}

constexpr uint64_t kSmallObjects = 15;     // records
constexpr uint64_t kSmallReferences = 18;  // as END says; a reader does not compare them

inline std::vector<std::string> small_heap() {
  return {file_header(),
          meta_chunk(),
          chunk_of(HD_CHUNK_RECORDS, definition_records()),
          chunk_of(HD_CHUNK_RECORDS, first_objects()),
          chunk_of(HD_CHUNK_RECORDS, last_objects()),
          chunk_of(HD_CHUNK_RECORDS, more_references()),
          end_chunk(kSmallObjects, kSmallReferences)};
}

inline std::string joined(const std::vector<std::string>& pieces) {
  std::string out;
  for (const std::string& piece : pieces) out += piece;
  return out;
}

}  // namespace heapdump::test
