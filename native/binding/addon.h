#pragma once
#include <napi.h>

#include <string>

#include "support/error.h"

namespace heapdump {

// An error of JavaScript, with its exit code as `exitCode`.
Napi::Error to_js(Napi::Env env, const std::string& message, ExitCode code);

// Each adds its functions of src/native/addon.ts to `exports`.
void init_capture(Napi::Env env, Napi::Object exports);
void init_index(Napi::Env env, Napi::Object exports);
void init_live(Napi::Env env, Napi::Object exports);
void init_redaction(Napi::Env env, Napi::Object exports);

}  // namespace heapdump
