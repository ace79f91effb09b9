#pragma once
#include <napi.h>

namespace heapdump {

// Each adds its functions of src/native/addon.ts to `exports`.
void InitCapture(Napi::Env env, Napi::Object exports);
void InitIndex(Napi::Env env, Napi::Object exports);

}  // namespace heapdump
