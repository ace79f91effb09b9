#pragma once
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace heapdump {

// What suspended greenlets run: the function at the bottom of each one's stack, but not one of gevent or
// eventlet that only calls the function that it was given.
class GreenletNames {
 public:
  // A frame of a greenlet. The texts live as long as this.
  void add(uint32_t greenlet, uint64_t depth, std::string_view function, std::string_view file);
  // Empty if it has no frame.
  std::string_view of(uint32_t greenlet) const;

 private:
  using Rank = std::pair<bool, uint64_t>;
  struct Best {
    Rank rank;
    std::string_view function;
  };
  std::unordered_map<uint32_t, Best> best_;
};

}  // namespace heapdump
