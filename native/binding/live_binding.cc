#include <memory>
#include <string>
#include <vector>

#include "binding/addon.h"
#include "live/live_reader.h"
#include "support/error.h"

namespace heapdump {
namespace {

const char* name(Lives state) {
  switch (state) {
    case Lives::kObject:
      return "object";
    case Lives::kUntraversed:
      return "untraversed";
    case Lives::kUnmapped:
      return "unmapped";
    case Lives::kFreed:
      return "freed";
    case Lives::kNoObject:
      return "no-object";
    case Lives::kUnreadable:
      return "unreadable";
    case Lives::kChanging:
      return "changing";
    case Lives::kTooLarge:
      return "too-large";
  }
  return "";
}

class Chunks : public Sink {
 public:
  void records(std::vector<uint8_t>&& payload) override { all.push_back(std::move(payload)); }
  void progress(uint64_t, uint64_t) override {}

  std::vector<std::vector<uint8_t>> all;
};

class ReadLiveWorker : public Napi::AsyncWorker {
 public:
  explicit ReadLiveWorker(const Napi::Object& request)
      : AsyncWorker(request.Env(), "heapdump:readLive"),
        deferred_(Napi::Promise::Deferred::New(request.Env())),
        pid_(request.Get("pid").As<Napi::Number>()),
        start_ticks_(std::stoull(request.Get("startTicks").As<Napi::String>().Utf8Value())),
        content_limit_(request.Get("contentLimit").As<Napi::Number>()) {
    const auto addresses = request.Get("addresses").As<Napi::Array>();
    for (uint32_t i = 0; i < addresses.Length(); ++i) {
      bool lossless;
      addresses_.push_back(addresses.Get(i).As<Napi::BigInt>().Uint64Value(&lossless));
    }
  }

  Napi::Promise promise() const { return deferred_.Promise(); }

 protected:
  void Execute() override {
    try {
      unless_it_ends(pid_, [&] {
        LiveReader reader(pid_, start_ticks_, content_limit_);
        states_ = reader.read(addresses_);
        transcript_ = reader.transcribe(chunks_);
      });
    } catch (const Error& error) {
      code_ = error.code();
      SetError(error.what());
    }
  }

  void OnOK() override {
    const Napi::Env env = Env();
    const Napi::HandleScope scope(env);
    Napi::Object result = Napi::Object::New(env);
    Napi::Array states = Napi::Array::New(env), records = Napi::Array::New(env);
    for (const Lives state : states_) states.Set(states.Length(), name(state));
    for (const auto& chunk : chunks_.all)
      records.Set(records.Length(), Napi::Buffer<uint8_t>::Copy(env, chunk.data(), chunk.size()));
    result.Set("states", states);
    result.Set("records", records);
    result.Set("objects", Napi::BigInt::New(env, transcript_.objects));
    result.Set("references", Napi::BigInt::New(env, transcript_.references));
    deferred_.Resolve(result);
  }

  void OnError(const Napi::Error& error) override {
    error.Value().Set("exitCode", static_cast<int>(code_));
    deferred_.Reject(error.Value());
  }

 private:
  Napi::Promise::Deferred deferred_;
  int32_t pid_;
  uint64_t start_ticks_;
  uint32_t content_limit_;
  std::vector<uint64_t> addresses_;
  Chunks chunks_;
  Transcript transcript_;
  std::vector<Lives> states_;
  ExitCode code_ = ExitCode::kDefect;
};

Napi::Value read_live(const Napi::CallbackInfo& info) {
  auto* const worker = new ReadLiveWorker(info[0].As<Napi::Object>());
  const Napi::Promise promise = worker->promise();
  worker->Queue();
  return promise;
}

}  // namespace

void init_live(Napi::Env env, Napi::Object exports) {
  exports.Set("readLive", Napi::Function::New(env, read_live, "readLive"));
}

}  // namespace heapdump
