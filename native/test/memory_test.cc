// Where the resident memory is: the parts add up, whatever the records say.
#include "analysis/memory.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <sstream>
#include <string_view>

#include "test/heap_builder.h"
#include "test/heap_test.h"

namespace heapdump {
namespace {

using namespace test;

constexpr uint64_t kMapping = 0x10000000;
constexpr uint64_t kPool = 16384;
constexpr uint64_t kMiB = 1 << 20;

class Records {
 public:
  Records& varints(std::initializer_list<uint64_t> values) {
    for (const uint64_t value : values) append_varint(bytes_, value);
    return *this;
  }
  Records& mapping(uint64_t address, uint64_t size, uint8_t flags, std::string_view path, uint64_t resident,
                   uint64_t anonymous) {
    varints({HD_MAPPING, address, size, flags});
    append_string(bytes_, path);
    return varints({resident, anonymous, 0, 0});
  }
  Records& pool(uint64_t address, uint64_t block, uint64_t blocks, uint64_t used, uint64_t objects) {
    return varints({HD_POOL, address, kPool, block, blocks, used, objects});
  }
  Records& malloc(uint8_t kind, uint64_t address, uint64_t size, uint64_t used, uint64_t free,
                  std::string_view problem = "") {
    varints({HD_MALLOC, kind, address, size, used, free});
    append_string(bytes_, problem);
    return *this;
  }
  Records& chunks(uint8_t use, uint64_t size, uint64_t count) {
    return varints({HD_CHUNKS, use, size, 0, count, size * count});
  }

  const std::string& bytes() const { return bytes_; }
  // As a heap of these records alone.
  std::string dump() const {
    return file_header() + meta_chunk("fork") + chunk_of(HD_CHUNK_RECORDS, bytes_) + end_chunk(0, 0, "ok");
  }

 private:
  std::string bytes_;
};

class MemoryTest : public HeapTest {
 protected:
  std::map<std::string, uint64_t> parts_of(const Records& records) {
    const HeapIndex heap = open_index(records.dump(), "heap" + std::to_string(++heaps_));
    std::map<std::string, uint64_t> found;
    std::map<std::string, uint64_t> within;
    for (const MemoryPart& part : memory_parts(heap)) {
      EXPECT_TRUE(found.emplace(part.name, part.bytes).second) << part.name;
      if (part.parent == nullptr) {
        total_ += part.bytes;
      } else {
        EXPECT_TRUE(found.contains(part.parent)) << part.parent;
        within[part.parent] += part.bytes;
      }
    }
    for (const auto& [parent, bytes] : within) EXPECT_EQ(bytes, found[parent]) << parent;
    return found;
  }

  uint64_t total_ = 0;

 private:
  int heaps_ = 0;
};

constexpr uint8_t kHeap = HD_MAPPING_READABLE | HD_MAPPING_WRITABLE;

TEST_F(MemoryTest, NamesWhatLiesInAMapping) {
  auto parts = parts_of(Records()
                            .mapping(kMapping, kMiB, kHeap, "", 3 * kPool + 200'000, 3 * kPool + 200'000)
                            .pool(kMapping, 512, 31, 31, 30)
                            .pool(kMapping + kPool, 512, 31, 1, 1)
                            .pool(kMapping + 2 * kPool, 512, 31, 0, 0)
                            .malloc(HD_MALLOC_MAPPED, kMapping, kMiB, 150'000, 10'000)
                            .chunks(HD_USE_OBJECT, 50'000, 1)
                            .chunks(HD_USE_OTHER, 50'000, 2));
  EXPECT_EQ(parts["objects in pools"], 31 * 512u);
  EXPECT_EQ(parts["other blocks in use"], 512u);
  EXPECT_EQ(parts["free blocks"], 30 * 512u);
  EXPECT_EQ(parts["empty pools"], kPool);
  EXPECT_EQ(parts["pool headers"], 2 * 512u);
  EXPECT_EQ(parts["objects in chunks"], 50'000u);
  EXPECT_EQ(parts["other chunks in use"], 100'000u);
  EXPECT_EQ(parts["free chunks"], 10'000u);
  EXPECT_EQ(parts["of unknown use"], 40'000u);
  EXPECT_EQ(total_, 3 * kPool + 200'000);
}

TEST_F(MemoryTest, APoolIsResidentAsFarAsItHasBeenUsed) {
  auto parts =
      parts_of(Records().mapping(kMapping, kMiB, kHeap, "", 8192, 8192).pool(kMapping, 16, 260, 1, 1));
  EXPECT_EQ(parts["pymalloc"], 8192u);
  EXPECT_EQ(parts["free blocks"], 259 * 16u);
}

TEST_F(MemoryTest, WhatIsNotResidentIsNoPart) {
  auto parts = parts_of(Records()
                            .mapping(kMapping, 64 * kMiB, kHeap, "[heap]", kMiB, kMiB)
                            .malloc(HD_MALLOC_BRK, kMapping, 64 * kMiB, 900'000, 60 * kMiB));
  EXPECT_EQ(parts["other chunks in use"], 900'000u);
  EXPECT_EQ(parts["free chunks"], kMiB - 900'000);
}

TEST_F(MemoryTest, AHeapThatCouldNotBeReadIsOfUnknownUse) {
  auto parts = parts_of(Records()
                            .mapping(kMapping, kMiB, kHeap, "[heap]", kMiB, kMiB)
                            .malloc(HD_MALLOC_BRK, kMapping, kMiB, 900'000, 100'000, "a chunk's size"));
  EXPECT_EQ(parts["heaps that could not be read"], kMiB);
  EXPECT_FALSE(parts.contains("other chunks in use"));
}

TEST_F(MemoryTest, AChunkCanLieInSeveralMappings) {
  auto parts =
      parts_of(Records()
                   .mapping(kMapping, 4096, kHeap, "", 4096, 4096)
                   .mapping(kMapping + 4096, 8 * kMiB, kHeap, "", 8 * kMiB, 8 * kMiB)
                   .mapping(kMapping + 4096 + 8 * kMiB, kMiB, kHeap | HD_MAPPING_NOT_READ, "", 4096, 4096)
                   .mapping(kMapping + 16 * kMiB, 4096, kHeap, "", 4096, 4096)
                   .malloc(HD_MALLOC_MAPPED, kMapping, 4096, 8 * kMiB, 0));
  EXPECT_EQ(parts["other chunks in use"], 8 * kMiB);
  EXPECT_EQ(parts["mappings that were not read"], 4096u);
  EXPECT_EQ(parts["of unknown use"], 8192u);
}

TEST_F(MemoryTest, TellsStacksAndFilesAndWhatWasNotRead) {
  auto parts =
      parts_of(Records()
                   .mapping(kMapping, kMiB, kHeap | HD_MAPPING_STACK, "[stack]", 4096, 4096)
                   .mapping(kMapping + kMiB, kMiB, kHeap, "/usr/lib/libc.so.6", 12'288, 8192)
                   .mapping(kMapping + 2 * kMiB, kMiB, kHeap | HD_MAPPING_NOT_READ, "", 16'384, 16'384)
                   .mapping(kMapping + 3 * kMiB, kMiB, kHeap | HD_MAPPING_SHARED, "", 20'480, 0));
  EXPECT_EQ(parts["thread stacks"], 4096u);
  EXPECT_EQ(parts["written data of programs and libraries"], 8192u);
  EXPECT_EQ(parts["mappings that were not read"], 16'384u);
  EXPECT_EQ(total_, 4096u + 8192 + 16'384);
}

TEST_F(MemoryTest, AddsUpWhateverTheRecordsSay) {
  std::mt19937_64 random(1);
  const auto any = [&]() -> uint64_t { return random() >> (random() % 64); };
  const auto place = [&]() -> uint64_t { return kMapping + (any() % (16 * kMiB) & ~uint64_t{4095}); };
  for (int round = 0; round < 200; ++round) {
    Records records;
    for (uint64_t i = any() % 8; i > 0; --i)
      records.mapping(place(), any(), static_cast<uint8_t>(any()), any() % 2 ? "" : "/x", any(), any());
    for (uint64_t i = any() % 50; i > 0; --i) records.pool(place(), any(), any(), any(), any());
    for (uint64_t i = any() % 8; i > 0; --i)
      records.malloc(static_cast<uint8_t>(any() % 3), place(), any(), any(), any(), any() % 3 ? "" : "x");
    for (uint64_t i = any() % 8; i > 0; --i) records.chunks(static_cast<uint8_t>(any() % 3), any(), any());
    parts_of(records);
  }
}

TEST_F(MemoryTest, FindsWhatKeepsPoolsThatAreAlmostFree) {
  HeapBuilder builder;
  const uint32_t row = builder.type("app", "Row");
  while (builder.size() < 3 * kPool / 48) builder.object(row);
  const HeapIndex without = open_index(builder.dump(), "without");
  EXPECT_TRUE(find_pinning(without).empty());
  EXPECT_TRUE(memory_parts(without).empty());

  std::ostringstream out;
  HeapWriter writer(out);
  builder.write(writer);
  const uint64_t first = address_of(0);
  out << chunk_of(HD_CHUNK_RECORDS, Records()
                                        .pool(first, 48, 340, 85, 85)
                                        .pool(first + kPool, 48, 340, 86, 86)
                                        .pool(first + 2 * kPool, 48, 340, 1, 1)
                                        .bytes());
  writer.finish();
  const HeapIndex heap = open_index(out.str(), "with");
  const std::vector<Pinning> found = find_pinning(heap);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(heap.text(heap.types()[found[0].type].name), "app.Row");
  EXPECT_EQ(found[0].pools, 2u);
  EXPECT_EQ(found[0].free, (340 - 85 + 340 - 1) * 48u);
  // `type` has two objects in the first pool: itself, and Row.
  EXPECT_EQ(heap.text(heap.types()[found[1].type].name), "type");
  EXPECT_EQ(found[1].objects, 2u);
  EXPECT_EQ(found[1].pools, 1u);
}

}  // namespace
}  // namespace heapdump
