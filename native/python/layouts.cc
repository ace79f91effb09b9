#include "python/layouts.h"

namespace heapdump {
namespace {

constexpr Layout kLayouts[] = {
#include "python/layouts.inc"
};

}  // namespace

const Layout* find_layout(int minor) {
  for (const Layout& layout : kLayouts) {
    if (layout.minor == minor) return &layout;
  }
  return nullptr;
}

}  // namespace heapdump
