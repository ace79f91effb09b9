#include "capture/safe_point_call.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <thread>
#include <vector>

#include "capture/filtered_calls.h"
#include "capture/guard.h"
#include "capture/leftovers.h"
#include "capture/main_thread_call.h"
#include "capture/memory_survey.h"
#include "capture/turn.h"
#include "support/error.h"
#include "support/fault.h"

namespace heapdump {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int kPollMs = 1;
constexpr size_t kReadSize = 1 << 20;

// The call while it is under way.
class ScriptRun {
 public:
  explicit ScriptRun(SafePointCall& call)
      : call_(call),
        turn_(call.pid, steady_clock::now() + Turn::kPatience, call.cancellation),
        target_(call.pid),
        gadgets_(Gadgets::find(target_.memory, target_.maps, target_.images)),
        main_(target_, gadgets_, pauses_, call.cancellation),
        guard_(target_),
        buffer_(kReadSize) {
    if (!can_make_pending_calls(target_)) {
      throw Error(ExitCode::kCannotAttach,
                  "process " + std::to_string(call.pid) + " has several interpreters, and CPython " +
                      target_.interpreter.version() + " runs pending calls in any of them");
    }
  }

  SafePointCall::Result run() {
    try {
      return call();
    } catch (const Error&) {
      if (!main_.call().is_cured()) guard_.take_over();
      throw;
    }
  }

 private:
  SafePointCall::Result call() {
    if (target_.interpreter.disables_remote_debugging(target_.memory)) {
      throw Error(ExitCode::kCannotAttach,
                  "process " + std::to_string(call_.pid) +
                      " was not touched: it does not allow code from outside to run in it "
                      "(PYTHON_DISABLE_REMOTE_DEBUG, -X disable-remote-debug)" +
                      or_fork());
    }
    if (target_.filters == Inspection::Filters::kInForce) {
      throw filtered(
          "may end it for what a script does, and to look at it takes CAP_SYS_ADMIN (root on the host, "
          "outside "
          "of containers)");
    }
    if (call_.handlers.on_layout) call_.handlers.on_layout(target_.interpreter.layout());
    call_.handlers.on_state(CaptureState::kStopping);
    deadline_ = steady_clock::now() + call_.timeout;
    remove_leftovers(target_, gadgets_, pauses_, steady_clock::now() + 1s);
    if (call_.is_dump) survey_memory();
    const auto enter = [&](TrampolineCall& call, StoppedThread& thread) {
      const std::string forbidden = find_forbidden_call(target_, thread, TrampolineWork::kScript);
      if (!forbidden.empty())
        throw filtered("does not allow the system call " + forbidden + ", which a script makes");
      call.run_script(thread, call_.script, call_.timeout);
    };
    if (!main_.begin(deadline_, enter)) {
      throw Error(ExitCode::kCannotAttach, "process " + std::to_string(call_.pid) +
                                               " is stopped (SIGSTOP); continue it first: kill -CONT " +
                                               std::to_string(call_.pid));
    }
    call_.handlers.on_state(CaptureState::kWaiting);
    wait_for_start();
    if (main_.state() != HD_CALL_DONE) read_until_done();
    const hd_progress end = main_.call().progress();
    call_.handlers.on_state(CaptureState::kCleaning);
    while (read_available()) {
    }
    main_.cure(deadline_);
    if (failure_) std::rethrow_exception(failure_);
    check(end);
    return {end.route == HD_ROUTE_IN_SYSCALL, pauses_, target_.status.threads == 1};
  }

  // Its pools and malloc's chunks are not looked into while it runs.
  void survey_memory() {
    MemorySurvey survey(target_.maps, {});
    survey.look_into(call_.pid, call_.keeps_names);
    const std::vector<uint8_t> mappings = survey.message();
    call_.handlers.on_bytes(mappings.data(), mappings.size());
  }

  Error filtered(const std::string& why) const {
    return Error(ExitCode::kCannotAttach, "process " + std::to_string(call_.pid) +
                                              " was not touched: it has a seccomp filter, which " + why +
                                              or_fork());
  }

  // Without a dump there is no other way.
  std::string or_fork() const { return call_.is_dump ? "; use --mode fork" : ""; }

  [[noreturn]] void fail(const std::string& message) { throw Error(ExitCode::kCaptureFailed, message); }

  void wait_for_start() {
    while (main_.state() < HD_CALL_RUNNING) {
      if (call_.cancellation.requested() || steady_clock::now() > deadline_) {
        const std::string doing =
            main_.retract(steady_clock::now() + std::max<std::chrono::nanoseconds>(call_.timeout, 1s));
        if (doing.empty()) return;  // It began, or ended, just then.
        call_.cancellation.check();
        fail("no safe point within " + seconds(call_.timeout) + ": the main thread " + doing +
             " the whole time; nothing was changed in it (try " + (call_.is_dump ? "--mode fork, or " : "") +
             "a longer --timeout)");
      }
      std::this_thread::sleep_for(50us);
    }
  }

  // Reads what there is. False at the end of the pipe, or when nothing came for kPollMs.
  bool read_available() {
    if (!call_.handlers.has_room()) {
      last_bytes_ = steady_clock::now();  // the silence is ours
      std::this_thread::sleep_for(1ms);
      return true;
    }
    if (main_.call().pipe() < 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(kPollMs));
      return false;
    }
    pollfd poll{main_.call().pipe(), POLLIN, 0};
    if (::poll(&poll, 1, kPollMs) <= 0) return false;
    ssize_t size = read(main_.call().pipe(), buffer_.data(), buffer_.size());
    if (size <= 0) {
      std::this_thread::sleep_for(50us);
      return false;
    }
    last_bytes_ = steady_clock::now();
    has_written_ = true;
    fault_point("reading");
    try {
      call_.handlers.on_bytes(buffer_.data(), size);
    } catch (...) {
      end_script(std::current_exception());
    }
    return true;
  }

  void end_script(std::exception_ptr failure) {
    if (!failure_) failure_ = std::move(failure);
    main_.call().close_pipe();
  }

  void read_until_done() {
    call_.handlers.on_state(CaptureState::kRunning);
    last_bytes_ = steady_clock::now();
    TimePoint ended_at = TimePoint::max();
    while (read_available() || main_.state() != HD_CALL_DONE) {
      const TimePoint now = steady_clock::now();
      if (!failure_) {
        try {
          call_.cancellation.check();
          if (now - last_bytes_ > call_.timeout)
            fail("the script in the target wrote nothing for " + seconds(call_.timeout));
        } catch (const Error&) {
          end_script(std::current_exception());
        }
      }
      if (failure_ && ended_at == TimePoint::max()) ended_at = now;
      if (failure_ && now - ended_at > std::max<std::chrono::nanoseconds>(2 * call_.timeout, 10s)) {
        fail(
            "the script in the target does not end; the target goes on by itself when it does, and the guard "
            "then gives its memory back");
      }
    }
  }

  void check(const hd_progress& end) {
    switch (end.result) {
      case HD_CALL_RAN:
        if (has_written_) return;
        fail(
            "the script could not begin: there is no memory left for it (a limit such as ulimit -v?), or an "
            "audit hook of the program refuses it" +
            std::string(call_.is_dump ? " (--mode fork takes no script)" : ""));
      case HD_CALL_QUEUE_FULL:
        fail("CPython's queue of pending calls is full");
      case HD_CALL_EXPIRED:
      case HD_CALL_CANCELLED:
        fail("the main thread came to a safe point too late");
      case HD_CALL_NO_STACK:
        fail("the main thread's stack is almost full, and a script needs half a MiB of it" + or_fork());
      case HD_CALL_SHUTTING_DOWN:
        fail("the interpreter is shutting down and takes no script any more" + or_fork());
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
  Turn turn_;
  PauseStats pauses_;
  Inspection target_;
  Gadgets gadgets_;
  MainThreadCall main_;
  Guard guard_;
  std::vector<uint8_t> buffer_;
  Deadline deadline_;
  TimePoint last_bytes_;
  bool has_written_ = false;
  std::exception_ptr failure_;
};

}  // namespace

SafePointCall::Result SafePointCall::run() { return ScriptRun(*this).run(); }

}  // namespace heapdump
