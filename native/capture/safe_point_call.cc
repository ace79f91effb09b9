#include "capture/safe_point_call.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <thread>
#include <vector>

#include "capture/position.h"
#include "capture/remote_script.h"
#include "support/error.h"
#include "support/fault.h"

namespace heapdump {
namespace {

using std::chrono::steady_clock;
using Clock = steady_clock::time_point;
using namespace std::chrono_literals;

constexpr auto kRetry = 300us;
constexpr int kPollMs = 1;
constexpr size_t kReadSize = 1 << 20;

// The call while it is under way.
class Run {
 public:
  explicit Run(SafePointCall& call)
      : call_(call),
        target_(call.pid),
        gadgets_(Gadgets::find(target_.memory, target_.maps, target_.images)),
        pending_(target_.memory, target_.interpreter),
        script_(target_, gadgets_),
        buffer_(kReadSize) {
    if (target_.interpreter.minor() < 12 && target_.interpreter.interpreters(target_.memory) > 1) {
      throw Error(ExitCode::kCannotAttach,
                  "process " + std::to_string(call.pid) + " has several interpreters, and CPython " +
                      target_.interpreter.version() + " runs pending calls in any of them");
    }
  }

  SafePointCall::Result run() {
    call_.on_state(SafePointCall::State::kStopping);
    give_up_at_ = steady_clock::now() + call_.timeout;
    infect();
    call_.on_state(SafePointCall::State::kWaiting);
    wait_for_start();
    if (state() != HD_CALL_DONE) read_until_done();
    const hd_call end = script_.call();
    call_.on_state(SafePointCall::State::kCleaning);
    while (read_available()) {
    }
    cure();
    if (failure_) std::rethrow_exception(failure_);
    check(end);
    return {end.route == HD_ROUTE_TAKE_OVER, longest_stop_, stops_, target_.status.threads == 1};
  }

 private:
  hd_call_state state() const { return static_cast<hd_call_state>(script_.call().state); }

  [[noreturn]] void fail(const std::string& message) { throw Error(ExitCode::kCaptureFailed, message); }

  void check_cancelled() {
    if (call_.cancelled) fail("interrupted");
  }

  // Stops the main thread, hands it to `action`, and keeps count.
  template <typename Action>
  auto stopped(Action action) {
    StoppedThread thread(call_.pid, target_.status.seccomp == 2,
                         std::max(give_up_at_, steady_clock::now() + 1s));
    struct Count {
      Run& run;
      Clock since = steady_clock::now();
      ~Count() {
        ++run.stops_;
        run.longest_stop_ =
            std::max<std::chrono::nanoseconds>(run.longest_stop_, steady_clock::now() - since);
      }
    } count{*this,
            steady_clock::now() - std::chrono::duration_cast<steady_clock::duration>(thread.stopped_for())};
    return action(thread);
  }

  void infect() {
    while (!stopped([&](StoppedThread& thread) {
      if (thread.in_group_stop()) {
        throw Error(ExitCode::kCannotAttach, "process " + std::to_string(call_.pid) +
                                                 " is stopped (SIGSTOP); continue it first: kill -CONT " +
                                                 std::to_string(call_.pid));
      }
      if (thread.has_shadow_stack()) {
        throw Error(ExitCode::kCannotAttach,
                    "the target runs with a shadow stack, which heapdump cannot enter yet");
      }
      if (pending_.locked() || thread.in_restartable_sequence(target_.memory)) return false;
      script_.infect(thread, call_.script, call_.timeout);
      return true;
    })) {
      check_cancelled();
      if (steady_clock::now() > give_up_at_)
        fail("the main thread never left CPython's queue of pending calls");
      std::this_thread::sleep_for(kRetry);
    }
  }

  void wait_for_start() {
    while (state() < HD_CALL_RUNNING) {
      if (call_.cancelled || steady_clock::now() > give_up_at_) {
        const std::string doing = retract();
        if (doing.empty()) return;  // It began, or ended, just then.
        check_cancelled();
        fail("no safe point within " + seconds(call_.timeout) + ": the main thread " + doing +
             " the whole time; nothing was changed in it (try again, or a longer --timeout)");
      }
      std::this_thread::sleep_for(50us);
    }
  }

  // Takes back what has not begun, and says what the main thread was doing. Empty where it has begun.
  std::string retract() {
    std::string doing;
    const Clock until = steady_clock::now() + std::max<std::chrono::nanoseconds>(call_.timeout, 1s);
    // It may wait for the GIL inside our code, or CPython may be about to call it: then it will find itself
    // cancelled.
    for (auto pause = 1ms;; pause = std::min(2 * pause, 100ms)) {
      const bool cured = stopped([&](StoppedThread& thread) {
        if (doing.empty()) doing = describe_position(target_, thread.registers());
        return script_.retract(pending_) && script_.cure(thread);
      });
      if (cured) return doing;
      const hd_call now = script_.call();
      if (now.state == HD_CALL_RUNNING) return "";
      if (now.state == HD_CALL_DONE) {
        if (now.result != HD_CALL_CANCELLED) return "";
        cure();
        return doing;
      }
      if (steady_clock::now() > until) {
        fail("the main thread " + doing +
             " and got no GIL for its turn; it is unharmed, and ends the call by itself when it gets one "
             "(two small "
             "mappings stay until then)");
      }
      std::this_thread::sleep_for(pause);
    }
  }

  // Reads what there is. False at the end of the pipe, or when nothing came for kPollMs.
  bool read_available() {
    if (script_.pipe() < 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(kPollMs));
      return false;
    }
    pollfd poll{script_.pipe(), POLLIN, 0};
    if (::poll(&poll, 1, kPollMs) <= 0) return false;
    ssize_t size = read(script_.pipe(), buffer_.data(), buffer_.size());
    if (size <= 0) {
      std::this_thread::sleep_for(50us);
      return false;
    }
    last_bytes_ = steady_clock::now();
    fault_point("reading");
    try {
      call_.on_bytes(buffer_.data(), size);
    } catch (...) {
      end_script(std::current_exception());
    }
    return true;
  }

  void end_script(std::exception_ptr failure) {
    if (!failure_) failure_ = std::move(failure);
    script_.close_pipe();
  }

  void read_until_done() {
    call_.on_state(SafePointCall::State::kRunning);
    last_bytes_ = steady_clock::now();
    Clock ended_at = Clock::max();
    while (read_available() || state() != HD_CALL_DONE) {
      const Clock now = steady_clock::now();
      if (!failure_ && call_.cancelled) {
        end_script(std::make_exception_ptr(Error(ExitCode::kCaptureFailed, "interrupted")));
      } else if (!failure_ && now - last_bytes_ > call_.timeout) {
        end_script(std::make_exception_ptr(
            Error(ExitCode::kCaptureFailed,
                  "the script in the target said nothing for " + seconds(call_.timeout))));
      }
      if (failure_ && ended_at == Clock::max()) ended_at = now;
      if (failure_ && now - ended_at > std::max<std::chrono::nanoseconds>(2 * call_.timeout, 10s)) {
        fail(
            "the script in the target does not end; the target goes on by itself when it does (two small "
            "mappings "
            "stay until then)");
      }
    }
  }

  void cure() {
    try {
      while (!stopped([&](StoppedThread& thread) { return script_.cure(thread); }))
        std::this_thread::sleep_for(kRetry);
    } catch (const Error&) {
      ProcessStatus status;
      if (read_status(call_.pid, &status) && status.state != 'Z') throw;
      // It ended of itself after the script was done: there is nothing left to clean.
    }
  }

  void check(const hd_call& end) {
    switch (end.result) {
      case HD_CALL_RAN:
        return;
      case HD_CALL_QUEUE_FULL:
        fail("CPython's queue of pending calls is full");
      case HD_CALL_EXPIRED:
      case HD_CALL_CANCELLED:
        fail("the main thread came to a safe point too late");
      case HD_CALL_NOT_RUN:
        fail("the target has no memory left for the script");
      default:
        fail(
            "a signal handler of the target raised an exception while the script ran; the target has it "
            "back");
    }
  }

  static std::string seconds(std::chrono::milliseconds time) {
    std::string text = std::to_string(time.count() / 1000.0);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text + " s";
  }

  SafePointCall& call_;
  Inspection target_;
  Gadgets gadgets_;
  PendingCalls pending_;
  RemoteScript script_;
  std::vector<uint8_t> buffer_;
  Clock give_up_at_;
  Clock last_bytes_;
  std::exception_ptr failure_;
  std::chrono::nanoseconds longest_stop_{};
  int stops_ = 0;
};

}  // namespace

SafePointCall::Result SafePointCall::run() { return Run(*this).run(); }

}  // namespace heapdump
