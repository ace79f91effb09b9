#include "tracee/stopped_thread.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/status.h"

namespace heapdump {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

// A process that executes no system call. It has one processor together with the test: while the test runs,
// it does not, and does not stop either.
class StoppedThreadTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(sched_getaffinity(0, sizeof before_, &before_), 0);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    child_ = fork();
    if (child_ == 0) {
      if (write(ends[1], "x", 1) != 1) _exit(1);
      for (volatile bool on = true; on;) {
      }
    }
    ASSERT_GT(child_, 0);
    // Until it has run, it is in the call that made it.
    char byte;
    ASSERT_EQ(read(ends[0], &byte, 1), 1);
    close(ends[0]);
    close(ends[1]);
    while (!current_system_call(child_).empty()) sched_yield();
  }

  void TearDown() override {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, __WALL);
    sched_setaffinity(0, sizeof before_, &before_);
  }

  pid_t child_ = 0;
  cpu_set_t before_;
};

TEST_F(StoppedThreadTest, OneThatIsInNoSystemCallIsNotSaidToBeInOne) {
  std::string message;
  for (int i = 0; message.empty() && i < 100; ++i) {
    try {
      StoppedThread stopped_at_once(child_, false, steady_clock::now() - 1s);
    } catch (const Error& error) {
      message = error.what();
    }
  }
  EXPECT_EQ(message, "the target's main thread did not stop in time (it hangs in the kernel)");
}

TEST_F(StoppedThreadTest, OneThatDidNotStopInTimeIsStoppedLater) {
  { StoppedThread seized(child_, false); }
  ProcessStatus status;
  ASSERT_TRUE(read_status(child_, &status));
  ASSERT_EQ(status.tracer, getpid());
  {
    StoppedThread stopped(child_, false, steady_clock::now() + 20s);
    EXPECT_TRUE(stopped.is_stopped());
  }
  ASSERT_TRUE(read_status(child_, &status));
  EXPECT_EQ(status.tracer, 0);
}

TEST_F(StoppedThreadTest, TheToolIsNotNamedAsTheTracerThatIsInTheWay) {
  StoppedThread stopped(child_, false, steady_clock::now() + 20s);
  const std::string message = attach_error(child_, EPERM).what();
  EXPECT_EQ(message, "process " + std::to_string(child_) + " is held by this heapdump already");
}

}  // namespace
}  // namespace heapdump
