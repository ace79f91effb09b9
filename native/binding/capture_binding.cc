#include <unistd.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <variant>

#include "binding/addon.h"
#include "capture/inspection.h"
#include "capture/safe_point_call.h"
#include "capture/snapshot.h"
#include "capture/transcoder.h"
#include "capture/values_apart.h"
#include "process/status.h"
#include "python/tracemalloc.h"
#include "support/error.h"

namespace heapdump {
namespace {

// One capture at a time: a second one would be of another target, and the tool takes its targets in turn.
Cancellation cancellation;
std::atomic<int> unwritten_chunks;
constexpr int kMaxUnwrittenChunks = 256;

Napi::Error to_js(Napi::Env env, std::exception_ptr failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Error& error) {
    return to_js(env, error.what(), error.code());
  } catch (const std::exception& error) {
    return to_js(env, error.what(), ExitCode::kDefect);
  }
}

Napi::Object describe_memory(Napi::Env env, const Inspection& inspection) {
  const ProcessStatus::Memory& memory = inspection.status.memory;
  Napi::Object described = Napi::Object::New(env);
  const auto set = [&](const char* name, uint64_t bytes) { described.Set(name, static_cast<double>(bytes)); };
  set("resident", memory.resident);
  set("anonymous", memory.anonymous);
  set("file", memory.file);
  set("shared", memory.shared);
  set("swapped", memory.swapped);
  set("pageTables", memory.page_tables);
  set("data", memory.data);
  set("stack", memory.stack);
  set("heap", heap_size(inspection.maps));
  return described;
}

Napi::Object describe_layout(Napi::Env env, const CPythonLayout& row) {
  Napi::Object described = Napi::Object::New(env);
  described.Set("preheaderFlags", static_cast<double>(row.heap.flag_preheader));
  described.Set("attributesInDicts", row.heap.flag_managed_dict == 0);
  described.Set("framesAreObjects", row.frames_are_objects());
  return described;
}

Napi::Value inspect(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  try {
    const Inspection inspection(info[0].As<Napi::Number>().Int32Value());
    Napi::Object target = Napi::Object::New(env);
    target.Set("pid", inspection.pid);
    target.Set("pythonVersion", inspection.interpreter.version());
    target.Set("threads", inspection.status.threads);
    target.Set("startTicks", std::to_string(inspection.stat.start_ticks));
    target.Set("memory", describe_memory(env, inspection));
    target.Set("layout", describe_layout(env, inspection.interpreter.layout()));
    return target;
  } catch (...) {
    throw to_js(env, std::current_exception());
  }
}

// What tracemalloc is at, read of memory alone.
Napi::Value tracemalloc(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  try {
    const Inspection inspection(info[0].As<Napi::Number>().Int32Value());
    std::string why;
    const auto found = find_tracemalloc(inspection.memory, inspection.images, inspection.interpreter, &why);
    Napi::Object state = Napi::Object::New(env);
    state.Set("pythonVersion", inspection.interpreter.version());
    state.Set("threads", inspection.status.threads);
    state.Set("unknown", found ? "" : why);
    state.Set("frames", found && found->is_tracing ? found->max_frames : 0);
    state.Set("blocks", static_cast<double>(found ? found->blocks : 0));
    return state;
  } catch (...) {
    throw to_js(env, std::current_exception());
  }
}

struct StateEvent {
  CaptureState state;
};
struct ProgressEvent {
  uint64_t objects, known;
};
struct RecordsEvent {
  std::vector<uint8_t> payload;
};
using Event = std::variant<StateEvent, ProgressEvent, RecordsEvent>;

const char* name(CaptureState state) {
  switch (state) {
    case CaptureState::kStopping:
      return "stopping";
    case CaptureState::kWaiting:
      return "waiting";
    case CaptureState::kRunning:
      return "running";
    case CaptureState::kCleaning:
      return "cleaning";
  }
  return "";
}

Napi::Object to_js(Napi::Env env, Event& event) {
  Napi::Object object = Napi::Object::New(env);
  if (auto* state = std::get_if<StateEvent>(&event)) {
    object.Set("kind", "state");
    object.Set("state", name(state->state));
  } else if (auto* progress = std::get_if<ProgressEvent>(&event)) {
    object.Set("kind", "progress");
    object.Set("objects", static_cast<double>(progress->objects));
    object.Set("known", static_cast<double>(progress->known));
  } else {
    auto* payload = new std::vector<uint8_t>(std::move(std::get<RecordsEvent>(event).payload));
    object.Set("kind", "records");
    object.Set("payload", Napi::Buffer<uint8_t>::New(
                              env, payload->data(), payload->size(),
                              [](Napi::Env, uint8_t*, auto* owner) { delete owner; }, payload));
  }
  return object;
}

const char* name(Route route) {
  switch (route) {
    case Route::kGilIdle:
      return "gil-idle";
    case Route::kPendingCall:
      return "pending-call";
    case Route::kInSyscall:
      return "in-syscall";
    case Route::kImmediate:
      return "immediate";
  }
  return "";
}

std::vector<TypesFile> types_files(const Napi::Array& given) {
  std::vector<TypesFile> files;
  for (uint32_t i = 0; i < given.Length(); ++i) {
    const auto file = given.Get(i).As<Napi::Object>();
    files.push_back({file.Get("name").As<Napi::String>().Utf8Value(),
                     file.Get("text").As<Napi::String>().Utf8Value(),
                     file.Get("isGiven").As<Napi::Boolean>().Value()});
  }
  return files;
}

Napi::Value check_types(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  try {
    compile_types(types_files(info[0].As<Napi::Array>()), "");
  } catch (...) {
    throw to_js(env, std::current_exception());
  }
  return env.Undefined();
}

struct CaptureRequest {
  enum class Mode { kFork, kStop, kPython };

  explicit CaptureRequest(const Napi::Object& request)
      : pid(request.Get("pid").As<Napi::Number>().Int32Value()),
        timeout(request.Get("timeoutMs").As<Napi::Number>().Int64Value()) {
    const std::string name = request.Get("mode").As<Napi::String>().Utf8Value();
    mode = name == "python" ? Mode::kPython : name == "stop" ? Mode::kStop : Mode::kFork;
    if (mode == Mode::kPython) {
      script = request.Get("script").As<Napi::String>().Utf8Value();
      keeps_names = request.Get("keepsNames").As<Napi::Boolean>().Value();
      is_dump = request.Get("isDump").As<Napi::Boolean>().Value();
    } else {
      content = {.limit = request.Get("contentLimit").As<Napi::Number>().Uint32Value(),
                 .only_names = request.Get("onlyNames").As<Napi::Boolean>().Value()};
      types = types_files(request.Get("types").As<Napi::Array>());
    }
  }

  pid_t pid;
  std::chrono::milliseconds timeout;
  Mode mode;
  std::string script;
  bool keeps_names = false;
  bool is_dump = true;
  ContentKept content;
  std::vector<TypesFile> types;
};

// A capture on a thread of its own: ptrace knows its tracer by thread, and Node's event loop stays free.
class Capture : private Sink {
 public:
  Capture(const Napi::CallbackInfo& info, Napi::Promise::Deferred deferred)
      : deferred_(deferred),
        request_(info[0].As<Napi::Object>()),
        transcoder_(*this, request_.content.limit) {
    constexpr size_t kUnlimited = 0;
    events_ = Napi::ThreadSafeFunction::New(info.Env(), info[1].As<Napi::Function>(), "heapdump.capture",
                                            kUnlimited, 1, [this](Napi::Env env) { finish(env); });
    cancellation.reset();
    unwritten_chunks = 0;
    thread_ = std::thread([this] {
      thread_id_ = gettid();
      run();
      events_.Release();
    });
  }

 private:
  void run() {
    try {
      unless_it_ends(request_.pid,
                     [this] { request_.mode == CaptureRequest::Mode::kPython ? call() : snapshot(); });
      transcript_ = transcoder_.finish();
    } catch (...) {
      failure_ = std::current_exception();
    }
  }

  void call() {
    SafePointCall call{.pid = request_.pid,
                       .script = request_.script,
                       .timeout = request_.timeout,
                       .keeps_names = request_.keeps_names,
                       .is_dump = request_.is_dump,
                       .handlers = handlers(),
                       .cancellation = cancellation};
    const SafePointCall::Result result = call.run();
    route_ = result.in_syscall ? Route::kInSyscall : Route::kPendingCall;
    pauses_ = result.pauses;
    consistent_ = result.single_threaded;
  }

  void snapshot() {
    const bool fork = request_.mode == CaptureRequest::Mode::kFork;
    Snapshot snapshot{.pid = request_.pid,
                      .kind = fork ? Snapshot::Kind::kFork : Snapshot::Kind::kStop,
                      .content = request_.content,
                      .types = request_.types,
                      .timeout = request_.timeout,
                      .handlers = handlers(),
                      .cancellation = cancellation};
    const Snapshot::Result result = snapshot.run();
    route_ = result.route;
    pauses_ = result.pauses;
    consistent_ = result.route != Route::kImmediate;
    left_ = result.left;
  }

  CaptureHandlers handlers() {
    return {.on_bytes = [this](const uint8_t* bytes, size_t size) { transcoder_.feed(bytes, size); },
            .has_room = has_room,
            .on_state = [this](CaptureState state) { send(StateEvent{state}); },
            .on_layout = [this](const CPythonLayout& layout) { read_values_apart(layout); },
            .on_symbols = [this](Symbols& symbols) { transcoder_.add_symbols(symbols); }};
  }

  void read_values_apart(const CPythonLayout& layout) {
    if (!layout.has_values_apart()) return;
    values_apart_.emplace(request_.pid, layout.heap);
    transcoder_.add_values_apart(*values_apart_);
  }

  void send(Event event) {
    auto* owned = new Event(std::move(event));
    const auto status = events_.BlockingCall(owned, [](Napi::Env env, Napi::Function callback, Event* event) {
      std::unique_ptr<Event> owner(event);
      callback.Call({to_js(env, *event)});
    });
    if (status != napi_ok) delete owned;
  }

  // A disk that does not keep up holds the target's pipe back; until then the target need not wait for it.
  static bool has_room() { return unwritten_chunks < kMaxUnwrittenChunks || cancellation.requested(); }

  void records(std::vector<uint8_t>&& payload) override {
    ++unwritten_chunks;
    send(RecordsEvent{std::move(payload)});
  }
  void progress(uint64_t objects, uint64_t known) override { send(ProgressEvent{objects, known}); }

  // The kernel wakes who joins a thread before it lets go what the thread traces.
  void wait_until_it_traces_nothing() const {
    const std::string task = "/proc/self/task/" + std::to_string(thread_id_);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    while (access(task.c_str(), F_OK) == 0 && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(std::chrono::microseconds(50));
  }

  // On the event loop, after the last event.
  void finish(Napi::Env env) {
    std::unique_ptr<Capture> self(this);
    thread_.join();
    wait_until_it_traces_nothing();
    Napi::HandleScope scope(env);
    if (failure_) {
      deferred_.Reject(to_js(env, failure_).Value());
      return;
    }
    Napi::Object result = Napi::Object::New(env);
    result.Set("route", name(route_));
    result.Set("pauseMs", std::chrono::duration<double, std::milli>(pauses_.longest).count());
    result.Set("stops", pauses_.stops);
    result.Set("consistent", consistent_);
    result.Set("status", transcript_.status);
    result.Set("objects", Napi::BigInt::New(env, transcript_.objects));
    result.Set("references", Napi::BigInt::New(env, transcript_.references));
    Napi::Array left = Napi::Array::New(env);
    for (const std::string& what : left_) left.Set(left.Length(), what);
    result.Set("left", left);
    Napi::Array meta = Napi::Array::New(env);
    for (const auto& [key, value] : transcript_.meta) {
      Napi::Array pair = Napi::Array::New(env, 2);
      pair.Set(0u, key);
      pair.Set(1u, value);
      meta.Set(meta.Length(), pair);
    }
    result.Set("meta", meta);
    deferred_.Resolve(result);
  }

  Napi::Promise::Deferred deferred_;
  CaptureRequest request_;
  std::optional<ValuesApart> values_apart_;
  Transcoder transcoder_;
  Napi::ThreadSafeFunction events_;
  std::thread thread_;
  pid_t thread_id_ = 0;
  Route route_{};
  PauseStats pauses_;
  bool consistent_ = false;
  std::vector<std::string> left_;
  Transcript transcript_;
  std::exception_ptr failure_;
};

Napi::Value start_capture(const Napi::CallbackInfo& info) {
  auto deferred = Napi::Promise::Deferred::New(info.Env());
  new Capture(info, deferred);  // It deletes itself when it is finished.
  return deferred.Promise();
}

void cancel_capture(const Napi::CallbackInfo&) { cancellation.request("interrupted"); }

void records_written(const Napi::CallbackInfo&) { --unwritten_chunks; }

}  // namespace

void init_capture(Napi::Env env, Napi::Object exports) {
  exports.Set("inspect", Napi::Function::New(env, inspect));
  exports.Set("checkTypes", Napi::Function::New(env, check_types));
  exports.Set("tracemalloc", Napi::Function::New(env, tracemalloc));
  exports.Set("capture", Napi::Function::New(env, start_capture));
  exports.Set("cancelCapture", Napi::Function::New(env, cancel_capture));
  exports.Set("recordsWritten", Napi::Function::New(env, records_written));
}

}  // namespace heapdump
