#include "process/present_pages.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "process/page.h"
#include "process/status.h"

namespace heapdump {
namespace {

// /proc/PID/pagemap: a word for each page.
constexpr uint64_t kPresent = uint64_t{1} << 63;
constexpr uint64_t kMostPages = (uint64_t{8} << 30) / kPage;
constexpr size_t kAtOnce = 1 << 15;

}  // namespace

PresentPages::PresentPages(pid_t pid)
    : file_(open(proc_path(pid, "pagemap").c_str(), O_RDONLY | O_CLOEXEC)), left_(kMostPages) {}

std::vector<std::pair<uint64_t, uint64_t>> PresentPages::between(uint64_t start, uint64_t end) {
  std::vector<std::pair<uint64_t, uint64_t>> found;
  const uint64_t pages = (end - start) / kPage;
  if (!file_ || pages > left_) return found;
  left_ -= pages;
  std::vector<uint64_t> words(std::min<uint64_t>(pages, kAtOnce));
  for (uint64_t done = 0; done < pages; done += words.size()) {
    words.resize(std::min<uint64_t>(pages - done, kAtOnce));
    const size_t bytes = words.size() * sizeof(uint64_t);
    const off_t at = static_cast<off_t>((start / kPage + done) * sizeof(uint64_t));
    if (pread(file_.get(), words.data(), bytes, at) != static_cast<ssize_t>(bytes)) return found;
    for (size_t i = 0; i < words.size(); ++i) {
      if ((words[i] & kPresent) == 0) continue;
      const uint64_t page = start + (done + i) * kPage;
      if (found.empty() || found.back().second != page)
        found.emplace_back(page, page + kPage);
      else
        found.back().second += kPage;
    }
  }
  return found;
}

}  // namespace heapdump
