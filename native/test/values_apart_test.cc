// Blocks of attribute values, read from memory that is laid out as CPython 3.11's is.
#include "capture/values_apart.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace heapdump {
namespace {

const hd_layout& layout() {
  static const hd_layout found = [] {
    for (const CPythonLayout& row : all_layouts()) {
      if (row.minor == 11) return row.heap;
    }
    return hd_layout{};
  }();
  return found;
}

template <typename T>
void put(uint8_t* at, int64_t offset, T value) {
  std::memcpy(at + offset, &value, sizeof value);
}

uint64_t address(const uint8_t* at) { return reinterpret_cast<uint64_t>(at); }

class ValuesApartTest : public ::testing::Test {
 protected:
  ValuesApartTest() {
    put<uint64_t>(type_.data(), layout().type_flags, layout().flag_managed_dict);
    put<uint64_t>(type_.data(), layout().heap_type_cached_keys, address(keys_.data()));
    give_room(4);
    put<uint64_t>(instance(), 8, address(type_.data()));
    put<uint64_t>(instance(), layout().managed_values, address(values()));
  }

  void give_room(uint64_t values) {
    put<uint64_t>(keys_.data(), layout().keys_usable, 1);
    put<uint64_t>(keys_.data(), layout().keys_entries, values - 1);
  }
  uint64_t size_with(uint8_t prefix) {
    values()[-1] = prefix;
    return values_.begin(address(type_.data())) ? values_.size(address(instance())) : 0;
  }
  uint8_t* instance() { return instance_.data() + 32; }
  uint8_t* values() { return block_.data() + 64; }

  alignas(16) std::array<uint8_t, 1024> type_{};
  alignas(16) std::array<uint8_t, 64> keys_{}, instance_{};
  alignas(16) std::array<uint8_t, 512> block_{};
  ValuesApart values_{getpid(), layout()};
};

TEST_F(ValuesApartTest, HaveAPrefixAndTheRoomOfTheirClass) {
  EXPECT_EQ(size_with(8), 8u + 4 * 8);
  give_room(20);
  EXPECT_EQ(size_with(24), 24u + 20 * 8);
}

TEST_F(ValuesApartTest, OfOlderInstancesHaveTheLeastThatTheirPrefixAllows) {
  EXPECT_EQ(size_with(16), 16u + 7 * 8);
  EXPECT_EQ(size_with(32), 32u + 23 * 8);
  give_room(30);
  EXPECT_EQ(size_with(8), 8u + 6 * 8);
}

TEST_F(ValuesApartTest, AreNotBelievedWhereNoneCanBe) {
  EXPECT_EQ(size_with(0), 0u);
  EXPECT_EQ(size_with(11), 0u);
  put<uint64_t>(instance(), layout().managed_values, uint64_t{0});
  EXPECT_EQ(size_with(8), 0u);
  put<uint64_t>(instance(), layout().managed_values, uint64_t{8192});
  EXPECT_EQ(size_with(8), 0u);
}

TEST_F(ValuesApartTest, BelongToInstancesOfTheType) {
  EXPECT_TRUE(values_.begin(address(type_.data())));
  put<uint64_t>(instance(), 8, uint64_t{0});
  EXPECT_EQ(size_with(8), 0u);
  put<uint64_t>(type_.data(), layout().type_flags, uint64_t{0});
  EXPECT_FALSE(values_.begin(address(type_.data())));
  EXPECT_FALSE(values_.begin(4096));
}

}  // namespace
}  // namespace heapdump
