#include "analysis/common_wait.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "analysis/setters.h"

namespace heapdump {
namespace {

std::string place_of(const Wait& wait) {
  if (wait.file.empty()) return wait.function;
  return wait.function + " " + wait.file + (wait.line == 0 ? "" : ":" + std::to_string(wait.line));
}

// The innermost frame of the application: what Python's own library waits in says less.
Wait own_frame(const TypeRoles& roles, const Waits& waits, AwaitChain chain, const Wait& innermost) {
  for (; !chain.links.empty(); chain.links.pop_back()) {
    const auto wait = waits.of(chain);
    if (wait && !wait->file.empty() && roles.is_application_file(wait->file)) return *wait;
  }
  return innermost;
}

}  // namespace

CommonWait common_wait(const HeapIndex& heap, const TypeRoles& roles, const Waits& waits, Owners& owners,
                       const std::vector<uint32_t>& objects) {
  struct Like {
    size_t count = 0;
    size_t first = 0;  // of `objects`
  };
  std::map<std::tuple<std::string, std::string, std::string>, Like> alike;
  std::vector<AwaitChain> chains;
  for (const uint32_t object : objects) {
    const AwaitChain& chain = chains.emplace_back(waits.chain(object));
    const auto wait = waits.of(chain);
    if (!wait) continue;
    Like& like =
        alike[{format_chain(chain), place_of(own_frame(roles, waits, chain, *wait)), wait->waits_for}];
    if (like.count++ == 0) like.first = chains.size() - 1;
  }
  const auto most = std::ranges::max_element(alike, {}, [](const auto& entry) { return entry.second.count; });
  if (most == alike.end() || most->second.count * 2 <= objects.size()) return {};
  const auto& [chain, place, waits_for] = most->first;
  Setters setters(heap, waits.categories(), owners);
  const auto set_by = [&](size_t i) {
    return waits.categories()[objects[i]] == Category::kTask ? setters.of(objects[i], chains[i])
                                                             : std::string();
  };
  CommonWait common{chain, place, waits_for, set_by(most->second.first)};
  for (size_t i = 0; i < objects.size() && !common.set_by.empty(); ++i) {
    if (format_chain(chains[i]) == chain && set_by(i) != common.set_by) common.set_by.clear();
  }
  return common;
}

}  // namespace heapdump
