#include "binding/addon.h"

namespace heapdump {

void InitIndex(Napi::Env, Napi::Object) {}

}  // namespace heapdump
