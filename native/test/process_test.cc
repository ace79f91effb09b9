#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "process/listing.h"
#include "process/maps.h"
#include "process/stat.h"
#include "process/status.h"

namespace heapdump {
namespace {

TEST(ProcessStat, IsFoundBehindANameOfAnyCharacters) {
  std::string line = "12 (a) (b) ) Z";
  for (int field = 4; field <= 52; ++field) line += " " + std::to_string(field);
  const auto stat = parse_stat(line + "\n");
  ASSERT_TRUE(stat.has_value());
  EXPECT_EQ(stat->name, "a) (b) ");
  EXPECT_EQ(stat->state, 'Z');
  EXPECT_FALSE(stat->ending);  // 9
  EXPECT_EQ(stat->start_ticks, 22u);
  EXPECT_EQ(stat->exit_signal, 38);
  EXPECT_EQ(stat->processor, 39);
  EXPECT_EQ(stat->exit_code, 52);
  EXPECT_EQ(stat->processor_time, (14 + 15) * std::chrono::nanoseconds(1'000'000'000 / sysconf(_SC_CLK_TCK)));
}

TEST(ProcessStat, OfNoProcessIsNothing) {
  EXPECT_FALSE(parse_stat("").has_value());
  EXPECT_FALSE(parse_stat("12 (a) S 1 2").has_value());
  EXPECT_FALSE(read_stat((1 << 22) + 1).has_value());
  EXPECT_TRUE(read_stat(getpid()).has_value());
}

TEST(ProcessStat, OfOneThatEndsWhileItIsReadIsNothing) {
  for (int i = 0; i < 100; ++i) {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    std::thread reaping([child] { waitpid(child, nullptr, 0); });
    while (read_stat(child).has_value()) {
    }
    reaping.join();
  }
}

TEST(ProcessStatus, SaysWhatMemoryIsTaken) {
  ProcessStatus status;
  ASSERT_TRUE(read_status(getpid(), &status));
  for (const uint64_t bytes : {status.memory.resident, status.memory.anonymous, status.memory.page_tables,
                               status.memory.data, status.memory.stack}) {
    EXPECT_GT(bytes, 0u);
    EXPECT_EQ(bytes % 1024, 0u);
  }
  EXPECT_LE(status.memory.anonymous, status.memory.resident);
}

TEST(ProcessMaps, TheHeapIsAllOfItsMappings) {
  const auto mapping = [](uint64_t start, uint64_t end, const char* path) {
    return Mapping{start, end, true, true, false, false, 0, 0, path};
  };
  EXPECT_EQ(heap_size({mapping(0x1000, 0x11000, "[heap]"), mapping(0x11000, 0x12000, "[heap]"),
                       mapping(0x13000, 0x14000, "[anon:[heap]x]")}),
            0x11000u);
  EXPECT_EQ(heap_size({}), 0u);
}

TEST(ProcessListing, IsOfNumbersAlone) {
  const std::vector<int> threads = list_numbers(getpid(), "task");
  EXPECT_NE(std::find(threads.begin(), threads.end(), getpid()), threads.end());
  EXPECT_TRUE(list_numbers(getpid(), "ns").empty());
  EXPECT_TRUE(list_numbers((1 << 22) + 1, "task").empty());
}

}  // namespace
}  // namespace heapdump
