#include "binding/addon.h"

namespace heapdump {

void InitCapture(Napi::Env, Napi::Object) {}

}  // namespace heapdump
