#include "binding/addon.h"

namespace heapdump {

Napi::Error to_js(Napi::Env env, const std::string& message, ExitCode code) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("exitCode", static_cast<double>(code));
  return error;
}

}  // namespace heapdump

static Napi::Object init(Napi::Env env, Napi::Object exports) {
  heapdump::init_capture(env, exports);
  heapdump::init_index(env, exports);
  heapdump::init_live(env, exports);
  heapdump::init_redaction(env, exports);
  return exports;
}

NODE_API_MODULE(heapdump, init)
