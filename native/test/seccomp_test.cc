#include "tracee/seccomp.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>

namespace heapdump {
namespace {

using Program = SeccompFilters::Program;

// What libseccomp writes: the architecture, the number, and for mmap the third argument.
Program filter_of_executable_mmap(uint32_t action) {
  return {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[2])),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, action),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
}

SystemCall mmap_call(int protection) { return SystemCall(SYS_mmap, 0, 4096, protection, MAP_PRIVATE, -1, 0); }

TEST(SeccompFilters, DecidesByNumberAndArguments) {
  const SeccompFilters filters({filter_of_executable_mmap(SECCOMP_RET_KILL_THREAD)});
  EXPECT_TRUE(filters.is_deadly(mmap_call(PROT_READ | PROT_EXEC)));
  EXPECT_FALSE(filters.is_deadly(mmap_call(PROT_READ | PROT_WRITE)));
  EXPECT_FALSE(filters.is_deadly(SystemCall(SYS_getpid)));
}

TEST(SeccompFilters, AnErrorIsNotDeadlyAndAnythingUnknownIs) {
  const auto is_deadly = [](uint32_t action) {
    return SeccompFilters({filter_of_executable_mmap(action)}).is_deadly(mmap_call(PROT_EXEC));
  };
  EXPECT_FALSE(is_deadly(SECCOMP_RET_ERRNO | EPERM));
  EXPECT_FALSE(is_deadly(SECCOMP_RET_LOG));
  EXPECT_TRUE(is_deadly(SECCOMP_RET_TRAP));
  EXPECT_TRUE(is_deadly(SECCOMP_RET_USER_NOTIF));
  EXPECT_TRUE(is_deadly(0x7ffd0000));
  const auto allows = [](uint32_t action) {
    return SeccompFilters({filter_of_executable_mmap(action)}).allows(mmap_call(PROT_EXEC));
  };
  EXPECT_TRUE(allows(SECCOMP_RET_ALLOW));
  EXPECT_TRUE(allows(SECCOMP_RET_LOG));
  EXPECT_FALSE(allows(SECCOMP_RET_ERRNO));
  EXPECT_FALSE(allows(SECCOMP_RET_KILL_PROCESS));
  const Program endless = {BPF_STMT(BPF_LD | BPF_W | BPF_IMM, 1)};
  EXPECT_TRUE(SeccompFilters({endless}).is_deadly(SystemCall(SYS_getpid)));
}

TEST(SeccompFilters, TheMostDeadlyOfSeveralDecides) {
  const Program allow = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const SeccompFilters filters({allow, filter_of_executable_mmap(SECCOMP_RET_KILL_PROCESS), allow});
  EXPECT_TRUE(filters.is_deadly(mmap_call(PROT_EXEC)));
  EXPECT_FALSE(SeccompFilters({allow, allow}).is_deadly(mmap_call(PROT_EXEC)));
}

TEST(SeccompFilters, ComputesAsTheKernelDoes) {
  const auto returns = [](Program program, uint32_t number) {
    program.push_back(BPF_STMT(BPF_JMP | BPF_JA, 0));
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    return !SeccompFilters({std::move(program)}).is_deadly(SystemCall(77));
  };
  const sock_filter load = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
  EXPECT_TRUE(returns({load}, 77));
  EXPECT_TRUE(returns({load, BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf)}, 77 & 0xf));
  EXPECT_TRUE(returns({load, BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 3)}, 77 << 3));
  EXPECT_TRUE(returns({load, BPF_STMT(BPF_ALU | BPF_NEG, 0)}, -77u));
  EXPECT_TRUE(returns(
      {load, BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_LDX | BPF_MEM, 3), BPF_STMT(BPF_ALU | BPF_ADD | BPF_X, 0)},
      154));
  EXPECT_TRUE(returns(
      {load, BPF_STMT(BPF_MISC | BPF_TAX, 0), BPF_STMT(BPF_LD | BPF_IMM, 7), BPF_STMT(BPF_MISC | BPF_TXA, 0)},
      77));
}

TEST(SeccompFilters, AreReadFromAStoppedThread) {
  if (!may_suspend_filters()) GTEST_SKIP() << "takes CAP_SYS_ADMIN, and no filter of its own";
  const pid_t pid = fork();
  if (pid == 0) {
    Program program = filter_of_executable_mmap(SECCOMP_RET_KILL_PROCESS);
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
    raise(SIGSTOP);
    for (;;) pause();
  }
  int status;
  ASSERT_EQ(waitpid(pid, &status, WUNTRACED), pid);
  ASSERT_EQ(ptrace(PTRACE_SEIZE, pid, 0, 0), 0);
  ASSERT_EQ(ptrace(PTRACE_INTERRUPT, pid, 0, 0), 0);
  ASSERT_EQ(waitpid(pid, &status, __WALL), pid);
  const auto filters = SeccompFilters::read(pid);
  kill(pid, SIGKILL);
  waitpid(pid, &status, __WALL);
  ASSERT_TRUE(filters.has_value());
  EXPECT_TRUE(filters->is_deadly(mmap_call(PROT_EXEC)));
  EXPECT_FALSE(filters->is_deadly(SystemCall(SYS_read)));
}

}  // namespace
}  // namespace heapdump
