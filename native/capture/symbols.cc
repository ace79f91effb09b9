#include "capture/symbols.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace heapdump {
namespace {

constexpr size_t kLongest = 1024;

std::string demangled(const std::string& name) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), free);
  return status == 0 && text ? text.get() : name;
}

}  // namespace

std::string Symbols::name_of(uint64_t address) {
  const auto image =
      std::ranges::find_if(images_, [&](const ElfImage& own) { return own.contains(address); });
  if (image == images_.end()) return "";
  auto [known, is_new] = variables_.try_emplace(&*image);
  if (is_new) known->second = image->variables(memory_);
  const auto after = std::ranges::upper_bound(known->second, address, {}, &ElfImage::Variable::address);
  if (after == known->second.begin()) return "";
  const ElfImage::Variable& variable = *std::prev(after);
  if (address - variable.address >= variable.size) return "";
  return demangled(memory_.text(variable.name, kLongest));
}

}  // namespace heapdump
