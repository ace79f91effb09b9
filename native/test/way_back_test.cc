#include "tracee/way_back.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/status.h"
#include "tracee/remote.h"

namespace heapdump {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

// A process that the tool leaves while it makes a call there: it comes back through the frames.
class WayBackTest : public testing::Test {
 protected:
  void SetUp() override {
    child_ = fork();
    if (child_ == 0) {
      for (volatile bool on = true; on;) {
      }
    }
    ASSERT_GT(child_, 0);
  }

  void TearDown() override {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, __WALL);
  }

  Gadgets gadgets() const {
    const auto maps = read_maps(child_);
    return Gadgets::find(Memory(child_), maps, read_images(Memory(child_), maps));
  }

  pid_t child_ = 0;
};

TEST_F(WayBackTest, LeadsToWhereTheThreadWasFound) {
  const Memory memory(child_);
  const Gadgets gadgets = this->gadgets();
  StoppedThread thread(child_, false, steady_clock::now() + 20s);
  const uint64_t found = thread.registers().rip;
  const auto leads_to = [&] { return instruction_after_frames(memory, gadgets, thread.current_registers()); };
  EXPECT_EQ(leads_to(), found);
  RemoteCalls calls(thread, memory, gadgets);
  EXPECT_EQ(leads_to(), found);
  ASSERT_GT(calls.may_fail(SYS_getpid), 0);
  EXPECT_NE(thread.current_registers().rip, found);
  EXPECT_EQ(leads_to(), found);
  calls.set_fallback_call(SystemCall(SYS_getppid));
  ASSERT_GT(calls.may_fail(SYS_getpid), 0);
  EXPECT_EQ(leads_to(), found);
  // In the midst of both pieces of code, as well.
  Registers inside = thread.current_registers();
  inside.rip = gadgets.system_call_return;
  EXPECT_EQ(instruction_after_frames(memory, gadgets, inside), found);
  inside.rip = gadgets.signal_return + 7;
  inside.rsp += sizeof(uint64_t);
  EXPECT_EQ(instruction_after_frames(memory, gadgets, inside), found);
  // What does not lead out is not known.
  inside.rsp = 8;
  EXPECT_EQ(instruction_after_frames(memory, gadgets, inside), std::nullopt);
}

}  // namespace
}  // namespace heapdump
