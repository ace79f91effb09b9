#include "binding/addon.h"

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  heapdump::InitCapture(env, exports);
  heapdump::InitIndex(env, exports);
  return exports;
}

NODE_API_MODULE(heapdump, Init)
