#pragma once
#include <array>
#include <cstdint>
#include <type_traits>

namespace heapdump {

// A system call and its arguments: integers, and addresses in the process that makes it.
struct SystemCall {
  template <typename... Arguments>
  explicit SystemCall(long number, Arguments... arguments)
      : number(number), arguments{static_cast<uint64_t>(arguments)...} {
    static_assert(sizeof...(Arguments) <= 6 && (std::is_integral_v<Arguments> && ...));
  }

  long number;
  std::array<uint64_t, 6> arguments;
};

}  // namespace heapdump
