#include "support/fault.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>

namespace heapdump {

namespace {

struct Fault {
  std::string step;
  std::string how;
};

Fault& wanted() {
  static Fault fault = [] {
    const char* const given = getenv("HEAPDUMP_FAULT");
    const std::string text = given == nullptr ? "" : given;
    const size_t comma = text.find(',');
    return Fault{text.substr(0, comma), comma == text.npos ? "" : text.substr(comma + 1)};
  }();
  return fault;
}

}  // namespace

void fault_point(const char* step) {
  if (wanted().step != step) return;
  if (wanted().how == "late")
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  else
    raise(SIGKILL);
}

bool fault_without_guard() { return wanted().how == "alone"; }

void forget_fault() { wanted().step.clear(); }

}  // namespace heapdump
