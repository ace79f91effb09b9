#include "index/greenlet_names.h"

#include <algorithm>

namespace heapdump {
namespace {

constexpr std::string_view kCallers[] = {"/eventlet/greenpool.py", "/eventlet/greenthread.py",
                                         "/gevent/greenlet.py"};

bool only_calls(std::string_view file) {
  return std::ranges::any_of(kCallers, [&](std::string_view caller) { return file.ends_with(caller); });
}

}  // namespace

void GreenletNames::add(uint32_t greenlet, uint64_t depth, std::string_view function, std::string_view file) {
  const Best frame{{!only_calls(file), depth}, function};
  Best& best = best_.try_emplace(greenlet, frame).first->second;
  if (best.rank < frame.rank) best = frame;
}

std::string_view GreenletNames::of(uint32_t greenlet) const {
  const auto at = best_.find(greenlet);
  return at == best_.end() ? std::string_view() : at->second.function;
}

}  // namespace heapdump
