#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace heapdump {

// Names by their numbers from 0, each once.
class Names {
 public:
  uint32_t number(std::string name) {
    const auto [at, inserted] = numbers_.try_emplace(std::move(name), count());
    if (inserted) names_.push_back(&at->first);
    return at->second;
  }
  uint32_t count() const { return static_cast<uint32_t>(names_.size()); }
  const std::string& name(uint32_t number) const { return *names_[number]; }

 private:
  std::unordered_map<std::string, uint32_t> numbers_;
  std::vector<const std::string*> names_;
};

}  // namespace heapdump
