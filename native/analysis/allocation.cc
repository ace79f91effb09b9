#include "analysis/allocation.h"

#include <map>
#include <utility>

namespace heapdump {

Allocation AllocationTally::result() const {
  struct Line {
    uint64_t objects = 0;
    uint64_t at_site = 0;
    uint32_t site = kNone;
  };
  // By the file's name, as the index has it, and the line.
  std::map<std::pair<uint32_t, uint32_t>, Line> lines;
  Allocation result{.objects = objects_};
  for (const auto& [site, count] : by_site_) {
    const auto frames = heap_.site_frames(site);
    if (frames.empty()) continue;
    result.traced += count;
    Line& line = lines[{frames.front().file.offset, frames.front().line}];
    line.objects += count;
    if (std::pair(count, site) > std::pair(line.at_site, line.site) || line.site == kNone)
      line.at_site = count, line.site = site;
  }
  for (const auto& [place, line] : lines) {
    if (line.objects > result.at_line)
      result.at_line = line.objects, result.at_site = line.at_site, result.site = line.site;
  }
  return result;
}

}  // namespace heapdump
