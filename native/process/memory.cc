#include "process/memory.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "process/status.h"
#include "support/error.h"

namespace heapdump {

Memory::Memory(pid_t pid) : file_(open(proc_path(pid, "mem").c_str(), O_RDWR | O_CLOEXEC)) {
  if (!file_) throw attach_error(pid, errno);
}

bool Memory::try_read(uint64_t address, void* to, size_t size) const {
  auto* bytes = static_cast<char*>(to);
  while (size > 0) {
    ssize_t n = pread(file_.get(), bytes, size, static_cast<off_t>(address));
    if (n <= 0) return false;
    bytes += n;
    address += n;
    size -= n;
  }
  return true;
}

void Memory::read(uint64_t address, void* to, size_t size) const {
  if (try_read(address, to, size)) return;
  char message[96];
  snprintf(message, sizeof message, "the target's memory at 0x%lx cannot be read (is it gone?)", address);
  throw Error(ExitCode::kCaptureFailed, message);
}

void Memory::write(uint64_t address, const void* from, size_t size) const {
  if (pwrite(file_.get(), from, size, static_cast<off_t>(address)) == static_cast<ssize_t>(size)) return;
  char message[96];
  snprintf(message, sizeof message, "the target's memory at 0x%lx cannot be written (is it gone?)", address);
  throw Error(ExitCode::kCaptureFailed, message);
}

std::string Memory::text(uint64_t address, size_t limit) const {
  std::string result;
  char piece[64];
  while (result.size() < limit) {
    // Not across a page: the next one may not be mapped.
    size_t n = std::min<size_t>(sizeof piece, 4096 - address % 4096);
    if (!try_read(address, piece, n)) return result;
    size_t length = strnlen(piece, n);
    result.append(piece, length);
    if (length < n) break;
    address += n;
  }
  result.resize(std::min(result.size(), limit));
  return result;
}

}  // namespace heapdump
