#include "support/fault.h"

#include <csignal>
#include <cstdlib>
#include <string>

namespace heapdump {

namespace {

struct Fault {
  std::string step;
  bool alone;
};

Fault& wanted() {
  static Fault fault = [] {
    const char* const given = getenv("HEAPDUMP_FAULT");
    const std::string text = given == nullptr ? "" : given;
    const size_t comma = text.find(',');
    return Fault{text.substr(0, comma), comma != text.npos && text.substr(comma) == ",alone"};
  }();
  return fault;
}

}  // namespace

void fault_point(const char* step) {
  if (wanted().step == step) raise(SIGKILL);
}

bool fault_without_guard() { return wanted().alone; }

void forget_fault() { wanted().step.clear(); }

}  // namespace heapdump
