#pragma once
#include <algorithm>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

namespace heapdump {

struct Release {
  int minor = 0;
  int micro = 0;
};

// Of a version such as `3.11.7`; minor 0 if it is none of CPython 3.
inline Release parse_release(const std::string& version) {
  Release release;
  if (sscanf(version.c_str(), "3.%d.%d", &release.minor, &release.micro) < 1) return {};
  return release;
}

// Of rows that are for patch releases `first_micro` to `last_micro` of `minor`: those of the version's minor,
// the nearest first.
template <typename Row>
std::vector<const Row*> nearest_releases(std::span<const Row> rows, const std::string& version) {
  const Release release = parse_release(version);
  std::vector<const Row*> found;
  for (const Row& row : rows) {
    if (row.minor == release.minor) found.push_back(&row);
  }
  const auto distance = [&](const Row* row) {
    return std::max({row->first_micro - release.micro, release.micro - row->last_micro, 0});
  };
  std::stable_sort(found.begin(), found.end(),
                   [&](const Row* a, const Row* b) { return distance(a) < distance(b); });
  return found;
}

}  // namespace heapdump
