#include "python/version.h"

#include <cctype>
#include <cstdlib>

namespace heapdump {
namespace {

constexpr size_t kLargestSegment = 64 << 20;

// PY_VERSION_HEX: major, minor, micro, level (a, b, c, f) and serial.
Version from_hex(uint32_t hex) {
  Version version{static_cast<int>(hex >> 24), static_cast<int>(hex >> 16 & 0xff), ""};
  version.text = std::to_string(version.major) + "." + std::to_string(version.minor) + "." +
                 std::to_string(hex >> 8 & 0xff);
  const int level = hex >> 4 & 0xf;
  if (level != 0xf)
    version.text += (level == 0xa ? "a" : level == 0xb ? "b" : "rc") + std::to_string(hex & 0xf);
  return version;
}

// `python3.10` stands in every build: the name of its folder in sys.path.
bool find_minor(const std::string& data, Version* version) {
  static const std::string prefix = "python";
  for (size_t at = data.find(prefix); at != data.npos; at = data.find(prefix, at + 1)) {
    const char* text = data.c_str() + at + prefix.size();
    if ((*text != '2' && *text != '3') || text[1] != '.' || !isdigit(text[2])) continue;
    version->major = *text - '0';
    version->minor = atoi(text + 2);
    return true;
  }
  return false;
}

// PY_VERSION, which a linker may have merged into the end of a longer string.
std::string find_text(const std::string& data, const Version& version) {
  const std::string minor = std::to_string(version.major) + "." + std::to_string(version.minor);
  const std::string prefix = minor + ".";
  for (size_t at = data.find(prefix); at != data.npos; at = data.find(prefix, at + 1)) {
    const std::string text = data.c_str() + at;
    const size_t end = text.find_first_not_of("0123456789abrc+", prefix.size());
    if (isdigit(text[prefix.size()]) && end == text.npos && text.size() < 16) return text;
  }
  return minor;
}

}  // namespace

Version read_version(const Memory& memory, const std::vector<Mapping>& maps, const ElfImage& image) {
  uint32_t hex;
  if (uint64_t at = image.symbol(memory, "Py_Version"); at != 0 && memory.try_get(at, &hex))
    return from_hex(hex);
  Version version;
  std::string constants;
  for (const Mapping& mapping : maps) {
    if (!image.contains(mapping.start) || mapping.writable || !mapping.readable) continue;
    if (mapping.end - mapping.start > kLargestSegment) continue;
    std::string segment(mapping.end - mapping.start, '\0');
    if (memory.try_read(mapping.start, segment.data(), segment.size())) constants += segment;
  }
  if (find_minor(constants, &version)) version.text = find_text(constants, version);
  return version;
}

}  // namespace heapdump
