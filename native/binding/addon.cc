#include "binding/addon.h"

static Napi::Object init(Napi::Env env, Napi::Object exports) {
  heapdump::init_capture(env, exports);
  heapdump::init_index(env, exports);
  heapdump::init_live(env, exports);
  heapdump::init_redaction(env, exports);
  return exports;
}

NODE_API_MODULE(heapdump, init)
