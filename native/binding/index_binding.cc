#include <functional>
#include <optional>

#include "binding/addon.h"
#include "index/build_index.h"
#include "support/error.h"

namespace heapdump {
namespace {

// Work on a dump on a thread of the pool, whose progress is reported to a function.
class DumpWorker : public Napi::AsyncProgressQueueWorker<double> {
 public:
  DumpWorker(Napi::Env env, const char* name, Napi::Function on_progress)
      : AsyncProgressQueueWorker(env, name),
        deferred_(Napi::Promise::Deferred::New(env)),
        on_progress_(Napi::Persistent(on_progress)) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  virtual void work(const Progress& progress) = 0;
  virtual Napi::Value result() = 0;

  void Execute(const ExecutionProgress& progress) override {
    double reported = 0;
    const auto report = [&](double fraction) {
      if (fraction < reported + 0.01 && fraction < 1) return;
      reported = fraction;
      progress.Send(&fraction, 1);
    };
    try {
      work(report);
    } catch (const Error& error) {
      code_ = error.code();
      SetError(error.what());
    }
  }

  void OnProgress(const double* fractions, size_t count) override {
    const Napi::HandleScope scope(Env());
    for (size_t i = 0; i < count; ++i) on_progress_.Call({Napi::Number::New(Env(), fractions[i])});
  }

  void OnOK() override {
    const Napi::HandleScope scope(Env());
    deferred_.Resolve(result());
  }

  void OnError(const Napi::Error& error) override {
    error.Value().Set("exitCode", static_cast<int>(code_));
    deferred_.Reject(error.Value());
  }

 private:
  Napi::Promise::Deferred deferred_;
  Napi::FunctionReference on_progress_;
  ExitCode code_ = ExitCode::kDefect;
};

class EnsureIndexWorker : public DumpWorker {
 public:
  EnsureIndexWorker(const Napi::CallbackInfo& info)
      : DumpWorker(info.Env(), "heapdump:ensureIndex", info[2].As<Napi::Function>()),
        dump_(info[0].As<Napi::String>()),
        index_(info[1].As<Napi::String>()) {}

 private:
  void work(const Progress& progress) override { built_ = ensure_index(dump_, index_, progress).built; }
  Napi::Value result() override { return Napi::Boolean::New(Env(), built_); }

  std::string dump_;
  std::string index_;
  bool built_ = false;
};

class CheckDumpWorker : public DumpWorker {
 public:
  CheckDumpWorker(const Napi::CallbackInfo& info)
      : DumpWorker(info.Env(), "heapdump:checkDump", info[1].As<Napi::Function>()),
        dump_(info[0].As<Napi::String>()) {}

 private:
  void work(const Progress& progress) override {
    problems_ = check_dump(*DumpSource::open(dump_), progress);
    progress(1);
  }
  Napi::Value result() override {
    Napi::Array texts = Napi::Array::New(Env(), problems_.size());
    for (uint32_t i = 0; i < problems_.size(); ++i) texts.Set(i, problems_[i].what);
    return texts;
  }

  std::string dump_;
  std::vector<Problem> problems_;
};

Napi::Value start(DumpWorker* worker) {
  const Napi::Promise promise = worker->promise();
  worker->Queue();
  return promise;
}

Napi::Value ensure_index_call(const Napi::CallbackInfo& info) {
  if (info.Length() != 3 || !info[0].IsString() || !info[1].IsString() || !info[2].IsFunction()) {
    throw Napi::TypeError::New(info.Env(), "ensureIndex(dump, index, onProgress)");
  }
  return start(new EnsureIndexWorker(info));
}

Napi::Value check_dump_call(const Napi::CallbackInfo& info) {
  if (info.Length() != 2 || !info[0].IsString() || !info[1].IsFunction()) {
    throw Napi::TypeError::New(info.Env(), "checkDump(dump, onProgress)");
  }
  return start(new CheckDumpWorker(info));
}

}  // namespace

void init_index(Napi::Env env, Napi::Object exports) {
  exports.Set("ensureIndex", Napi::Function::New(env, ensure_index_call, "ensureIndex"));
  exports.Set("checkDump", Napi::Function::New(env, check_dump_call, "checkDump"));
}

}  // namespace heapdump
