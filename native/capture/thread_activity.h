#pragma once
#include <string>

#include "capture/inspection.h"
#include "tracee/registers.h"

namespace heapdump {

// What a stopped thread was doing, to follow "the main thread": `was in the system call read`, `ran native
// code (sha256_block in libcrypto.so.3)`.
std::string describe_activity(const Inspection& target, const Registers& registers);

}  // namespace heapdump
