#include "heap/kind_names.h"

#include <algorithm>
#include <iterator>

namespace heapdump {
namespace {

constexpr const char* kReferenceKinds[] = {"type", "key",   "value", "item", "attribute", "slot",
                                           "cell", "local", "field", "weak", "other"};
constexpr const char* kRootKinds[] = {"other",  "module", "frame",    "thread", "interpreter",
                                      "static", "c",      "greenlet", "data"};

}  // namespace

const char* reference_kind_name(unsigned kind) {
  return kind < std::size(kReferenceKinds) ? kReferenceKinds[kind] : "other";
}

int reference_kind_named(const std::string& name) {
  const auto* at = std::ranges::find(kReferenceKinds, name);
  return at == std::end(kReferenceKinds) ? -1 : static_cast<int>(at - kReferenceKinds);
}

const char* root_kind_name(unsigned kind) {
  return kind < std::size(kRootKinds) ? kRootKinds[kind] : "other";
}

int root_kind_named(std::string_view name) {
  const auto* at = std::ranges::find(kRootKinds, name);
  return at == std::end(kRootKinds) ? -1 : static_cast<int>(at - kRootKinds);
}

}  // namespace heapdump
