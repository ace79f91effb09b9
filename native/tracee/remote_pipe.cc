#include "tracee/remote_pipe.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

#include "process/status.h"
#include "support/error.h"

namespace heapdump {
namespace {

constexpr int kPipeSize = 1 << 20;

}  // namespace

void RemotePipe::open(RemoteCalls& calls, const Memory& memory, uint64_t record, int flags) {
  calls.must("open a pipe", SYS_pipe2, record + offsetof(Record, ends), flags);
  int ends[2];
  memory.read(record + offsetof(Record, ends), ends, sizeof ends);
  own_read_end_ = ends[0];
  write_end_ = ends[1];
  const std::string path = proc_path(pid_, "fd/" + std::to_string(own_read_end_));
  file_ = UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat stat;
  if (!file_ || fstat(file_.get(), &stat) != 0) {
    throw Error(ExitCode::kCaptureFailed,
                "the pipe of process " + std::to_string(pid_) + " cannot be opened: " + strerror(errno));
  }
  device_ = stat.st_dev;
  inode_ = stat.st_ino;
  // Before the read end is closed, without which nobody can tell whose pipe it is.
  memory.put(record + offsetof(Record, device), uint64_t{device_});
  memory.put(record + offsetof(Record, inode), uint64_t{inode_});
  fcntl(file_.get(), F_SETPIPE_SZ, kPipeSize);
  calls.must("close a pipe", SYS_close, own_read_end_);
  own_read_end_ = -1;
}

void RemotePipe::adopt(int write_end, dev_t device, ino_t inode) {
  write_end_ = write_end;
  device_ = device;
  inode_ = inode;
}

void RemotePipe::adopt(const Memory& memory, uint64_t record) {
  Record found;
  if (!memory.try_read(record, &found, sizeof found)) return;
  if (found.inode != 0) {
    adopt(found.ends[1], found.device, found.inode);
    own_read_end_ = found.ends[0];
    return;
  }
  struct stat stats[2];
  if (found.ends[0] == found.ends[1]) return;
  for (int i = 0; i < 2; ++i) {
    const std::string path = proc_path(pid_, "fd/" + std::to_string(found.ends[i]));
    if (::stat(path.c_str(), &stats[i]) != 0 || !S_ISFIFO(stats[i].st_mode)) return;
  }
  if (stats[0].st_dev != stats[1].st_dev || stats[0].st_ino != stats[1].st_ino) return;
  adopt(found.ends[1], stats[1].st_dev, stats[1].st_ino);
  own_read_end_ = found.ends[0];
}

void RemotePipe::close_in_process(RemoteCalls& calls) {
  close(calls, &own_read_end_);
  close(calls, &write_end_);
}

void RemotePipe::close(RemoteCalls& calls, int* descriptor) {
  // Only while it is this pipe: the process may have closed it, and opened another file under its number.
  struct stat stat;
  const std::string path = proc_path(pid_, "fd/" + std::to_string(*descriptor));
  if (*descriptor >= 0 && ::stat(path.c_str(), &stat) == 0 && S_ISFIFO(stat.st_mode) &&
      (inode_ == 0 || (stat.st_dev == device_ && stat.st_ino == inode_))) {
    calls.may_fail(SYS_close, *descriptor);
  }
  *descriptor = -1;
}

}  // namespace heapdump
