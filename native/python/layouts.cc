#include "python/layouts.h"

#include "python/releases.h"

namespace heapdump {
namespace {

constexpr Layout kLayouts[] = {
#include "python/layouts.inc"
};

}  // namespace

std::vector<const Layout*> find_layouts(const std::string& version) {
  return nearest_releases<Layout>(kLayouts, version);
}

}  // namespace heapdump
