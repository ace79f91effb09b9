#include "python/layouts.h"

#include "python/releases.h"

namespace heapdump {
namespace {

constexpr CPythonLayout kLayouts[] = {
#include "python/layouts.inc"
};

}  // namespace

std::span<const CPythonLayout> all_layouts() { return kLayouts; }

std::vector<const CPythonLayout*> find_layouts(const std::string& version) {
  return nearest_releases(all_layouts(), version);
}

Error unknown_layout(const std::string& version, const std::string& why) {
  return Error(ExitCode::kCannotAttach, "the inner layout of this CPython " + version +
                                            " is not the one known of its version: " + why);
}

std::string known_versions() {
  const auto name = [](const CPythonLayout& row) { return "3." + std::to_string(row.minor); };
  return name(all_layouts().front()) + " to " + name(all_layouts().back());
}

}  // namespace heapdump
