#include "capture/walker_mapping.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "process/page.h"
#include "support/error.h"

extern "C" {
#pragma GCC visibility push(hidden)
// The walker's code, position-independent, copied as it is; it begins with its struct hd_walker_header.
extern const unsigned char hd_walker_start[];
extern const unsigned char hd_walker_end[];
#pragma GCC visibility pop
}

namespace heapdump {
namespace {

constexpr uint64_t kFirstOfArena = 1 << 20;
constexpr uint64_t kArenaBase = 64 << 20;
constexpr uint64_t kTrapAndDirectionFlags = 0x500;

uint64_t code_size() { return hd_walker_end - hd_walker_start; }

const hd_walker_header& header() { return *reinterpret_cast<const hd_walker_header*>(hd_walker_start); }

template <typename T>
uint64_t bytes(const std::vector<T>& rows) {
  return rows.size() * sizeof(T);
}

}  // namespace

WalkerMapping::WalkerMapping(const WalkTask& task, const MemorySurvey& survey, uint64_t resident)
    : task_(task),
      stacks_(survey.stacks()),
      memory_(survey.ranges()),
      data_at_(pages(code_size())),
      guard_at_(data_at_ + pages(sizeof(hd_walk) + bytes(task.fields) + bytes(task.declarations.types) +
                                 bytes(task.declarations.statements) + bytes(task.declarations.steps) +
                                 bytes(task.image_data) + bytes(stacks_) + bytes(memory_))),
      arena_at_(guard_at_ + kPage + HD_WALK_STACK),
      arena_size_(pages(kArenaBase + resident / 8)) {}

void WalkerMapping::map(RemoteCalls& calls, uint64_t address) {
  const uint64_t mapped = arena_at_ + kFirstOfArena;
  const int64_t result = calls.may_fail(SYS_mmap, address, mapped, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (result < 0) {
    throw Error(ExitCode::kCaptureFailed, std::string("there is no memory for the snapshot's tables: ") +
                                              strerror(static_cast<int>(-result)) +
                                              " (a limit of the target?)");
  }
  address_ = result;
  // Kernels before 4.17 do not know the flag, and may have chosen another place.
  if (address_ != address) {
    calls.may_fail(SYS_munmap, address_, mapped);
    throw Error(ExitCode::kCaptureFailed, "the kernel has no room at a free address");
  }
  constexpr int kInstead = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  calls.must("map memory", SYS_mmap, address_, data_at_, PROT_READ | PROT_EXEC, kInstead, -1, 0);
  calls.must("map memory", SYS_mmap, address_ + guard_at_, kPage, PROT_NONE, kInstead, -1, 0);
}

uint64_t WalkerMapping::stack_top() const { return address_ + arena_at_; }

void WalkerMapping::write_contents(const Memory& memory, int fd) {
  memory.write(address_, hd_walker_start, code_size());
  hd_walk walk{};
  walk.layout = task_.layout;
  walk.types = task_.types;
  walk.runtime = task_.runtime;
  walk.pid = task_.pid;
  walk.fd = fd;
  walk.content_limit = task_.content.limit;
  walk.only_names = task_.content.only_names;
  uint64_t at = address_ + data_at_ + sizeof walk;
  const auto put = [&](const auto& rows, uint64_t* address, uint64_t* count) {
    *address = at;
    *count = rows.size();
    if (!rows.empty()) memory.write(at, rows.data(), bytes(rows));
    at += bytes(rows);
  };
  put(task_.fields, &walk.fields, &walk.field_count);
  put(task_.declarations.types, &walk.declarations, &walk.declaration_count);
  put(task_.declarations.statements, &walk.declared, &walk.declared_count);
  put(task_.declarations.steps, &walk.formula_steps, &walk.formula_step_count);
  put(task_.image_data, &walk.image_data, &walk.image_data_count);
  put(stacks_, &walk.stacks, &walk.stack_count);
  put(memory_, &walk.memory, &walk.memory_count);
  walk.has_glibc_malloc = task_.has_glibc_malloc;
  walk.traces = task_.tracemalloc.traces;
  walk.trace_frames = task_.tracemalloc.max_frames;
  walk.arena = {address_ + arena_at_, address_ + size()};
  walk.arena_mapped = walk.arena.start + kFirstOfArena;
  memory.write(address_ + data_at_, &walk, sizeof walk);
}

Registers WalkerMapping::start(Registers registers) const {
  registers.rip = address_ + header().entry;
  registers.rsp = stack_top();
  registers.rbp = 0;
  registers.rdi = address_ + data_at_;
  registers.orig_rax = static_cast<uint64_t>(-1);
  registers.eflags &= ~kTrapAndDirectionFlags;
  return registers;
}

Registers WalkerMapping::recovery(Registers registers, const hd_walk& now, hd_walk_failure failure) const {
  registers.rip = address_ + header().recover;
  registers.rsp = now.recover_stack;
  registers.rax = failure;
  registers.orig_rax = static_cast<uint64_t>(-1);
  registers.eflags &= ~kTrapAndDirectionFlags;
  return registers;
}

bool WalkerMapping::read_walk(const Memory& memory, hd_walk* walk) const {
  return memory.try_read(address_ + data_at_, walk, sizeof *walk);
}

}  // namespace heapdump
