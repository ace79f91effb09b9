// Records without contents: what goes, and payloads that were made up.
#include <gtest/gtest.h>

#include <random>

#include "index/build_index.h"
#include "redaction/redact_records.h"
#include "redaction/redacted_dump.h"
#include "test/small_heap.h"
#include "test/temporary_folder.h"

namespace heapdump {
namespace {

using namespace test;

class RedactionTest : public TemporaryFolder {
 protected:
  RedactionTest() {
    write_file(dump_, joined(small_heap()));
    ensure_index(dump_, index_, [](double) {});
  }

  std::string redacted(std::string_view payload, const RedactionRules& rules, bool* whole = nullptr) const {
    const HeapIndex heap(index_);
    std::vector<uint8_t> out;
    const auto* bytes = reinterpret_cast<const uint8_t*>(payload.data());
    const bool is_whole = redact_records({bytes, payload.size()}, Redaction(heap, rules), out);
    if (whole != nullptr) *whole = is_whole;
    return {out.begin(), out.end()};
  }

  const std::string dump_ = path("heap.bin");
  const std::string index_ = path("index");
};

TEST_F(RedactionTest, WithNothingToRemoveRecordsAreCopiedByteByByte) {
  bool whole = false;
  // There are no contents of lists.
  EXPECT_EQ(redacted(definition_records(), {.types = {"list"}}, &whole), definition_records());
  EXPECT_TRUE(whole);
  EXPECT_EQ(redacted(first_objects(), {.types = {"list"}}), first_objects());
  EXPECT_EQ(redacted(last_objects(), {.types = {"list"}}), last_objects());
}

TEST_F(RedactionTest, ContentsOfATypeOrOfKeysGo) {
  const std::string value(200, 'v');
  ASSERT_NE(first_objects().find(value), std::string::npos);
  for (const RedactionRules& rules : {RedactionRules{}, RedactionRules{.types = {"st"}}}) {
    EXPECT_EQ(redacted(first_objects(), rules).find(value), std::string::npos);
    EXPECT_EQ(redacted(first_objects(), rules).find("it's"), std::string::npos);
  }
  const std::string without_keys = redacted(first_objects(), {.keys = true});
  EXPECT_NE(without_keys.find(value), std::string::npos);
  EXPECT_EQ(without_keys.find("it's"), std::string::npos);
}

TEST_F(RedactionTest, WhatIsNotKnownIsNotCopied) {
  std::string payload = first_objects();
  append_varint(payload, 99);
  payload += "a secret of a later version";
  bool whole = true;
  EXPECT_EQ(redacted(payload, {.types = {"list"}}, &whole), first_objects());
  EXPECT_FALSE(whole);
}

TEST_F(RedactionTest, DamagedPayloadsAreReadWithinTheirBounds) {
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    std::string payload = round % 2 == 0 ? definition_records() : first_objects();
    for (int i = 0; i < 3; ++i) payload[random() % payload.size()] = static_cast<char>(random());
    payload.resize(payload.size() - random() % 4);
    const std::string once = redacted(payload, {});
    bool whole = false;
    EXPECT_EQ(redacted(once, {}, &whole), once);
    EXPECT_TRUE(whole);
  }
}

TEST_F(RedactionTest, AChunkThatCannotBeReadToItsEndIsCounted) {
  std::string records = last_objects();
  append_varint(records, 99);
  write_file(dump_, file_header() + meta_chunk() + chunk_of(HD_CHUNK_RECORDS, records) + end_chunk(3, 0));
  RedactedDump dump(dump_, index_, {});
  while (dump.next()) continue;
  EXPECT_EQ(dump.cut(), 1U);
  EXPECT_FALSE(dump.end().empty());
}

}  // namespace
}  // namespace heapdump
