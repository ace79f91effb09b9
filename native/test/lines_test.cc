#include <gtest/gtest.h>

#include <vector>

extern "C" {
#include "walk/lines.h"
}

namespace {

int32_t line(hd_line_format format, const std::vector<uint8_t>& table, int32_t first, uint64_t offset) {
  return hd_line_of(format, table.data(), table.size(), first, offset);
}

// def f(a):
//     b = a
//
//     return b
TEST(Lines, Increments) {
  const std::vector<uint8_t> table{0, 1, 4, 2};
  EXPECT_EQ(line(HD_LINES_INCREMENTS, table, 1, 0), 2);
  EXPECT_EQ(line(HD_LINES_INCREMENTS, table, 1, 3), 2);
  EXPECT_EQ(line(HD_LINES_INCREMENTS, table, 1, 4), 4);
  EXPECT_EQ(line(HD_LINES_INCREMENTS, table, 1, 6), 4);
}

TEST(Lines, Ranges) {
  const std::vector<uint8_t> table{4, 1, 2, 0x80, 4, 2};
  EXPECT_EQ(line(HD_LINES_RANGES, table, 1, 2), 2);
  EXPECT_EQ(line(HD_LINES_RANGES, table, 1, 4), 0);
  EXPECT_EQ(line(HD_LINES_RANGES, table, 1, 6), 4);
  EXPECT_EQ(line(HD_LINES_RANGES, table, 1, 10), 0);
}

TEST(Lines, Locations) {
  // No location for one instruction, a long form five lines down, a short form, one line down with columns,
  // and no columns one line up.
  const std::vector<uint8_t> table{0xf8, 0xf1, 0x0a, 0x00, 0x05, 0x05, 0x80,
                                   0x11, 0xd8, 0x01, 0x02, 0xe8, 0x03};
  EXPECT_EQ(line(HD_LINES_LOCATIONS, table, 10, 0), 0);
  EXPECT_EQ(line(HD_LINES_LOCATIONS, table, 10, 2), 15);
  EXPECT_EQ(line(HD_LINES_LOCATIONS, table, 10, 4), 15);
  EXPECT_EQ(line(HD_LINES_LOCATIONS, table, 10, 6), 15);
  EXPECT_EQ(line(HD_LINES_LOCATIONS, table, 10, 8), 16);
  EXPECT_EQ(line(HD_LINES_LOCATIONS, table, 10, 10), 15);
  EXPECT_EQ(line(HD_LINES_LOCATIONS, table, 10, 12), 0);
}

TEST(Lines, DamagedTablesEnd) {
  for (uint8_t byte : {0x00, 0x7f, 0x80, 0xff}) {
    const std::vector<uint8_t> table(9, byte);
    for (auto format : {HD_LINES_INCREMENTS, HD_LINES_RANGES, HD_LINES_LOCATIONS})
      line(format, table, 1, 1 << 20);
  }
}

}  // namespace
