#pragma once
#include <napi.h>

namespace heapdump {

// Each adds its functions of src/native/addon.ts to `exports`.
void init_capture(Napi::Env env, Napi::Object exports);
void init_index(Napi::Env env, Napi::Object exports);
void init_live(Napi::Env env, Napi::Object exports);
void init_redaction(Napi::Env env, Napi::Object exports);

}  // namespace heapdump
