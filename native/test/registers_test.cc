#include "tracee/registers.h"

#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sys/syscall.h>

#include <cerrno>

namespace heapdump {
namespace {

constexpr uint64_t kCode = 0x7f0000001000;

Registers in_system_call(long number, int64_t result) {
  Registers registers{};
  registers.orig_rax = static_cast<uint64_t>(number);
  registers.rax = static_cast<uint64_t>(result);
  registers.rip = kCode;
  return registers;
}

TEST(Registers, ABlockedCallIsOneThatTheKernelWouldRestartOrEnd) {
  for (int64_t result : {-512, -513, -514, -516, -EINTR})
    EXPECT_TRUE(is_blocked(in_system_call(SYS_read, result)));
  EXPECT_FALSE(is_blocked(in_system_call(SYS_read, 5)));
  EXPECT_FALSE(is_blocked(in_system_call(SYS_read, -EAGAIN)));
  EXPECT_FALSE(is_blocked(in_system_call(-1, -512)));
}

TEST(Registers, ARestartRunsTheInstructionAgain) {
  for (int64_t result : {-512, -513, -514, -EINTR}) {
    const Registers resumed = resume_registers(in_system_call(SYS_epoll_wait, result), Resume::kRestart);
    EXPECT_EQ(resumed.rip, kCode - 2);
    EXPECT_EQ(resumed.rax, static_cast<uint64_t>(SYS_epoll_wait));
  }
}

TEST(Registers, ACallThatKeepsItsEndTimeIsInterrupted) {
  const Registers resumed = resume_registers(in_system_call(SYS_poll, -516), Resume::kRestart);
  EXPECT_EQ(resumed.rip, kCode);
  EXPECT_EQ(static_cast<int64_t>(resumed.rax), -EINTR);
}

TEST(Registers, OutsideOfACallNothingChanges) {
  const Registers found = in_system_call(-1, -512);
  const Registers resumed = resume_registers(found, Resume::kInterrupt);
  EXPECT_EQ(resumed.rip, found.rip);
  EXPECT_EQ(resumed.rax, found.rax);
}

TEST(Registers, ARestartedCallMayBeAFutex) {
  EXPECT_TRUE(may_wait_on_futex(in_system_call(SYS_futex, -512)));
  EXPECT_FALSE(may_wait_on_futex(in_system_call(SYS_select, -514)));
  Registers restarted = in_system_call(SYS_restart_syscall, -516);
  restarted.rdi = 0x7f0000002000;
  restarted.rsi = FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME;
  EXPECT_TRUE(may_wait_on_futex(restarted));
  restarted.rsi = 3;  // poll of three descriptors
  EXPECT_FALSE(may_wait_on_futex(restarted));
  restarted.rdi = 1;  // clock_nanosleep(CLOCK_MONOTONIC, 0, …)
  restarted.rsi = 0;
  EXPECT_FALSE(may_wait_on_futex(restarted));
}

}  // namespace
}  // namespace heapdump
