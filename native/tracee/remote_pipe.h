#pragma once
#include <sys/types.h>

#include "process/memory.h"
#include "support/unique_fd.h"
#include "tracee/remote.h"

namespace heapdump {

// A pipe that another process writes to and the tool reads. The write end is the process's, and lives as long
// as it does not close it; it is closed in the process only while it is still this pipe.
class RemotePipe {
 public:
  explicit RemotePipe(pid_t pid) : pid_(pid) {}

  // What there is of a pipe, in the process's memory, so that a later tool can find it there; before that,
  // zeros.
  struct Record {
    int ends[2];  // as pipe2 writes them: the one to read, the one to write
    uint64_t device;
    uint64_t inode;
  };

  // `record` is the address of memory of the process for a Record; `flags` are those of pipe2. Of what was
  // made before this throws, `close_in_process` gets rid.
  void open(RemoteCalls& calls, const Memory& memory, uint64_t record, int flags);
  void close_in_process(RemoteCalls& calls);
  // Takes over what an earlier tool has opened: the write end, or what is recorded at `record`.
  void adopt(int write_end, dev_t device, ino_t inode);
  void adopt(const Memory& memory, uint64_t record);

  // The read end, non-blocking, in the tool; -1 if it is closed.
  int read_end() const { return file_.get(); }
  void close_read_end() { file_.reset(); }
  // The write end's number in the process; -1 for none.
  int write_end() const { return write_end_; }
  // Which file it is, as fstat says.
  dev_t device() const { return device_; }
  ino_t inode() const { return inode_; }

 private:
  void close(RemoteCalls& calls, int* descriptor);

  pid_t pid_;
  UniqueFd file_;
  int own_read_end_ = -1;  // in the process, until the tool has opened its own
  int write_end_ = -1;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace heapdump
