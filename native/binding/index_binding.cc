#include <cmath>
#include <optional>

#include "binding/addon.h"
#include "index/build_index.h"
#include "support/error.h"

namespace heapdump {
namespace {

class EnsureIndexWorker : public Napi::AsyncProgressQueueWorker<double> {
 public:
  EnsureIndexWorker(Napi::Env env, std::string dump, std::string index, Napi::Function on_progress)
      : AsyncProgressQueueWorker(env, "heapdump:ensureIndex"),
        deferred_(Napi::Promise::Deferred::New(env)),
        dump_(std::move(dump)),
        index_(std::move(index)),
        on_progress_(Napi::Persistent(on_progress)) {}

  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute(const ExecutionProgress& progress) override {
    double told = 0;
    const auto tell = [&](double fraction) {
      if (fraction < told + 0.01 && fraction < 1) return;
      told = fraction;
      progress.Send(&fraction, 1);
    };
    try {
      summary_ = ensure_index(dump_, index_, tell);
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
    Napi::Object result = Napi::Object::New(Env());
    result.Set("built", summary_.built);
    result.Set("objects", Napi::BigInt::New(Env(), summary_.objects));
    result.Set("references", Napi::BigInt::New(Env(), summary_.references));
    result.Set("complete", summary_.complete);
    deferred_.Resolve(result);
  }

  void OnError(const Napi::Error& error) override {
    error.Value().Set("exitCode", static_cast<int>(code_));
    deferred_.Reject(error.Value());
  }

 private:
  Napi::Promise::Deferred deferred_;
  std::string dump_;
  std::string index_;
  Napi::FunctionReference on_progress_;
  IndexSummary summary_{};
  ExitCode code_ = ExitCode::kDefect;
};

Napi::Value ensure_index_call(const Napi::CallbackInfo& info) {
  if (info.Length() != 3 || !info[0].IsString() || !info[1].IsString() || !info[2].IsFunction()) {
    throw Napi::TypeError::New(info.Env(), "ensureIndex(dump, index, onProgress)");
  }
  auto* worker = new EnsureIndexWorker(info.Env(), info[0].As<Napi::String>(), info[1].As<Napi::String>(),
                                       info[2].As<Napi::Function>());
  const Napi::Promise promise = worker->promise();
  worker->Queue();
  return promise;
}

}  // namespace

void init_index(Napi::Env env, Napi::Object exports) {
  exports.Set("ensureIndex", Napi::Function::New(env, ensure_index_call, "ensureIndex"));
}

}  // namespace heapdump
