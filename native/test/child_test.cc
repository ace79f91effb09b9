#include "tracee/child.h"

#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "support/error.h"

namespace heapdump {
namespace {

pid_t start_traced() {
  const pid_t id = fork();
  if (id == 0) {
    for (;;) pause();
  }
  EXPECT_EQ(ptrace(PTRACE_SEIZE, id, 0, 0), 0);
  EXPECT_EQ(ptrace(PTRACE_INTERRUPT, id, 0, 0), 0);
  return id;
}

std::string what_fails(Child& child, const std::function<void()>& steps) {
  try {
    child.run(steps);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

Error file_missing() { return Error(ExitCode::kCaptureFailed, "No such file or directory"); }

TEST(ChildTest, OneThatIsKilledIsSaidToBeWhateverFailsNext) {
  Child child(start_traced(), false);
  EXPECT_EQ(what_fails(child,
                       [&] {
                         kill(child.tid(), SIGKILL);
                         siginfo_t info;
                         waitid(P_PID, child.tid(), &info, WEXITED | WNOWAIT | __WALL);
                         throw file_missing();
                       }),
            "the snapshot process was killed (a memory limit?); the target keeps running");
}

TEST(ChildTest, AFailureOfOneThatLivesIsTold) {
  Child child(start_traced(), false);
  EXPECT_EQ(what_fails(child, [] { throw file_missing(); }), "No such file or directory");
}

TEST(ChildTest, WhatIsKnownOfAnEndIsTold) {
  Child child(start_traced(), false);
  EXPECT_EQ(what_fails(child,
                       [&] {
                         child.kill();
                         throw Error(ExitCode::kCaptureFailed, "it ended with status 3");
                       }),
            "it ended with status 3");
}

}  // namespace
}  // namespace heapdump
