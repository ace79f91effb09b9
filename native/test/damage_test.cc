// Dumps and indexes that were cut off, damaged or made up: read as far as they go, and never beyond.
#include <gtest/gtest.h>

#include <random>

#include "heap/heap_index.h"
#include "heap/label.h"
#include "heap/reachable.h"
#include "index/build_index.h"
#include "protocol.h"
#include "support/error.h"
#include "test/small_heap.h"
#include "test/temporary_folder.h"

namespace heapdump {
namespace {

using namespace test;

// Touches all that an index holds; gives what it found, for the compiler and for comparison.
uint64_t read_all(const HeapIndex& heap) {
  uint64_t sum = heap.objects();
  for (uint32_t id = 0; id < heap.objects(); ++id) {
    sum += heap.address(id) + heap.size(id) + heap.refcount(id) + heap.flags(id) + heap.type(id);
    if (const auto content = heap.content(id)) {
      for (const char c : content->bytes) sum += static_cast<uint8_t>(c);
    }
    const Range positions = heap.positions(id);
    for (uint64_t row = positions.begin; row < positions.end; ++row) {
      sum += heap.target(row) + heap.kind(id, row - positions.begin);
      sum += label_of(heap, id, row - positions.begin).value_or("").size();
    }
    const Range referrers = heap.referrers(id);
    for (uint64_t row = referrers.begin; row < referrers.end; ++row) {
      const Reference reference = heap.referrer(row);
      if (reference.source == kNone) continue;
      sum += heap.kind(reference.source, reference.position);
      sum += label_of(heap, reference.source, reference.position).value_or("").size();
    }
    sum += heap.by_type(id) + heap.retained(id) + heap.depth(id);
    if (id < heap.ranked()) sum += heap.by_size(id) + heap.by_retained(id);
    for (ReachableWalk walk(heap, id); !walk.done(); walk.next()) sum += walk.id();
  }
  for (uint32_t type = 0; type < heap.types().size(); ++type) {
    sum += heap.instances(type).size() + heap.text(heap.types()[type].name).size();
  }
  for (const RootRow& row : heap.roots()) sum += heap.text(row.name).size();
  for (const MetaRow& row : heap.meta()) sum += heap.text(row.value).size();
  return sum;
}

class DamageTest : public TemporaryFolder {
 protected:
  // The summary, or nothing if the dump is refused.
  std::optional<IndexSummary> read(std::string_view bytes) {
    write_file(dump_, bytes);
    std::filesystem::remove(index_);
    try {
      const IndexSummary summary = ensure_index(dump_, index_, [](double) {});
      const HeapIndex heap(index_);
      EXPECT_EQ(heap.objects(), summary.objects);
      read_all(heap);
      return summary;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::kUnreadable) << error.what();
      EXPECT_EQ(std::string_view(error.what()).find('\n'), std::string_view::npos);
      EXPECT_TRUE(std::string_view(error.what()).starts_with(dump_ + ": "));
      return std::nullopt;
    }
  }

  const std::string dump_ = path("heap.bin");
  const std::string index_ = path("index");
};

TEST_F(DamageTest, ADumpCutAtEveryByteIsReadUpToThere) {
  const std::string whole = joined(small_heap());
  const size_t readable = file_header().size() + meta_chunk().size();
  uint64_t before = 0;
  for (size_t length = 0; length <= whole.size(); ++length) {
    const auto summary = read(whole.substr(0, length));
    ASSERT_EQ(summary.has_value(), length >= readable) << length;
    if (!summary) continue;
    EXPECT_EQ(summary->complete, length == whole.size()) << length;
    EXPECT_GE(summary->objects, before) << "more bytes, fewer objects";
    before = summary->objects;
  }
  EXPECT_EQ(before, 14u);
}

TEST_F(DamageTest, AnyFlippedByteIsNoticed) {
  const std::string whole = joined(small_heap());
  const size_t readable = file_header().size() + meta_chunk().size();
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] ^= 1 << at % 8;
    const auto summary = read(bytes);
    ASSERT_EQ(summary.has_value(), at >= readable) << at;
    EXPECT_FALSE(summary && summary->complete) << at;
  }
}

TEST_F(DamageTest, ADamagedChunkIsLeftOutAndTheNextIsRead) {
  for (size_t damaged = 2; damaged < 6; ++damaged) {
    for (const size_t at : {size_t{0}, size_t{5}, size_t{9}, size_t{13}, size_t{17}, size_t{21}}) {
      std::vector<std::string> pieces = small_heap();
      pieces[damaged][at] ^= 0x40;
      const auto summary = read(joined(pieces));
      ASSERT_TRUE(summary.has_value());
      EXPECT_FALSE(summary->complete);
      // In the third chunk are 11 objects, in the fourth 3 more.
      EXPECT_EQ(summary->objects, damaged == 3 ? 4u : damaged == 4 ? 11u : 14u) << damaged << " " << at;
    }
  }
}

TEST_F(DamageTest, ObjectsWhoseShapeWasLostKeepTheirReferences) {
  std::vector<std::string> pieces = small_heap();
  pieces[2][30] ^= 1;
  read(joined(pieces));
  const HeapIndex heap(index_);
  EXPECT_EQ(heap.objects(), 14u);
  EXPECT_EQ(heap.references(), 17u);
  const uint32_t dict = heap.find(kTheDict);
  EXPECT_EQ(heap.text(heap.types()[heap.type(dict)].name), "<unknown>");
  EXPECT_EQ(heap.kind(dict, 0), HD_REF_OTHER);
}

TEST_F(DamageTest, WhatHoldsChunksInsideIsNotMistaken) {
  // A chunk's bytes as the content of a str, in a chunk that is damaged: what is found there is a chunk.
  RecordsPayload records;
  const std::string inner = chunk_of(HD_CHUNK_RECORDS, last_objects());
  records.objects(1);
  records.add({kStrShape, kValue, 16, 1, HD_HAS_CONTENT, inner}, std::vector<uint64_t>{});
  const std::string chunk = chunk_of(HD_CHUNK_RECORDS, records.bytes());
  const auto intact = read(file_header() + meta_chunk() + chunk + end_chunk(1, 0));
  EXPECT_EQ(intact->objects, 1u);
  EXPECT_TRUE(intact->complete);
}

TEST_F(DamageTest, AGzipStreamCutOrDamagedIsReadAsFarAsItGoes) {
  const std::string whole = gzip(joined(small_heap()));
  for (size_t length = 0; length < whole.size(); ++length) {
    const auto summary = read(whole.substr(0, length));
    // The last bytes are gzip's own checksum, and the end of a block.
    EXPECT_FALSE(summary && summary->complete && length + 24 < whole.size()) << length;
  }
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] ^= 1 << at % 8;
    read(bytes);
  }
}

// Chunks whose checksums are right and whose records are not: a foreign writer's, or worse.
TEST_F(DamageTest, RecordsThatAreNonsenseDoNoHarm) {
  std::mt19937_64 random(20260101);
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::string> payloads = {definition_records(), first_objects(), last_objects(),
                                         more_references()};
    for (uint64_t changes = 1 + random() % 4; changes > 0; changes--) {
      std::string& payload = payloads[random() % payloads.size()];
      if (payload.empty()) continue;
      const size_t at = random() % payload.size();
      switch (random() % 4) {
        case 0:
          payload[at] = static_cast<char>(random());
          break;
        case 1:
          payload.insert(at, 1 + random() % 10, static_cast<char>(0xff));
          break;
        case 2:
          payload.erase(at, 1 + random() % 8);
          break;
        default:
          payload.insert(at, payload.substr(random() % payload.size(), random() % 64));
      }
    }
    std::string bytes = file_header() + meta_chunk();
    for (const std::string& payload : payloads) bytes += chunk_of(HD_CHUNK_RECORDS, payload);
    ASSERT_TRUE(read(bytes + end_chunk(kSmallObjects, kSmallReferences)).has_value()) << round;
  }
}

TEST_F(DamageTest, CountsThatAreTooLargeAllocateNothing) {
  const std::string start = file_header() + meta_chunk();
  for (const uint64_t kind : {HD_SHAPE, HD_OBJECTS, HD_TYPE, HD_ROOT, HD_FRAME, HD_REFERENCES}) {
    for (const uint64_t count : {~uint64_t{0}, uint64_t{1} << 62, uint64_t{1} << 33, uint64_t{1} << 31}) {
      for (int before = 0; before < 6; ++before) {
        std::string payload;
        append_varint(payload, kind);
        for (int i = 0; i < before; ++i) append_varint(payload, 8);
        append_varint(payload, count);
        ASSERT_TRUE(read(start + chunk_of(HD_CHUNK_RECORDS, payload) + end_chunk(0, 0)).has_value());
      }
    }
  }
  std::string pairs;
  append_varint(pairs, ~uint64_t{0});
  EXPECT_FALSE(read(file_header() + chunk_of(HD_CHUNK_META, pairs)).has_value());
  EXPECT_FALSE(read(start + chunk_of(HD_CHUNK_END, pairs))->complete);
}

TEST_F(DamageTest, ADamagedColumnNeverLeadsOutOfTheIndex) {
  ASSERT_TRUE(read(joined(small_heap())).has_value());
  const std::string good = read_file(index_);
  std::mt19937_64 random(7);
  std::vector<SectionPlace> columns;
  {
    const HeapIndex heap(index_);
    for (uint32_t i = 0; i < static_cast<uint32_t>(kFirstSmall); i++)
      columns.push_back(heap.header().sections[i]);
  }
  for (const SectionPlace& column : columns) {
    for (int round = 0; round < 40 && column.bytes > 0; ++round) {
      std::string bytes = good;
      for (int i = 0; i < 4; i++)
        bytes[column.offset + random() % column.bytes] = static_cast<char>(random());
      write_file(index_, bytes);
      read_all(HeapIndex(index_));
    }
  }
}

}  // namespace
}  // namespace heapdump
