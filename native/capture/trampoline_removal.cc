// How the trampoline gets out of the target again, that of an earlier tool too.
#include <sys/syscall.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "capture/trampoline_call.h"
#include "process/clock.h"
#include "process/page.h"
#include "support/fault.h"
#include "tracee/way_back.h"

namespace heapdump {
namespace {

// Whether one of the words on the stack, from the stack pointer on, lies from `first` to `last`. True if that
// cannot be known.
bool is_on_stack(const Inspection& target, uint64_t stack_pointer, uint64_t first, uint64_t last) {
  constexpr uint64_t kLargestStack = 256 << 20;
  const auto& main_stack = target.main_stack;
  const Mapping* const other_stack = find_mapping(target.maps, stack_pointer);
  uint64_t end = 0;
  if (main_stack && stack_pointer > main_stack->lowest && stack_pointer < main_stack->end)
    end = main_stack->end;
  else if (other_stack != nullptr)
    end = other_stack->end;
  if (end == 0 || end - stack_pointer > kLargestStack) return true;
  std::vector<uint64_t> words(kPage);
  for (uint64_t at = stack_pointer & ~uint64_t{7}; at < end; at += words.size() * sizeof(uint64_t)) {
    words.resize(std::min<uint64_t>(words.size(), (end - at) / sizeof(uint64_t)));
    if (!target.memory.try_read(at, words.data(), words.size() * sizeof(uint64_t))) return true;
    if (std::ranges::any_of(words, [&](uint64_t word) { return word - first <= last - first; })) return true;
  }
  return false;
}

}  // namespace

bool TrampolineCall::adopt() {
  for (const ElfImage& image : target_.images) {
    for (const ElfImage::Tail& tail : image.code_tails()) {
      if (adopt(TrampolineParts::place_in(tail))) return true;
    }
  }
  for (const Mapping& mapping : target_.maps) {
    const bool is_anonymous = mapping.inode == 0 && mapping.path.empty();
    if (is_anonymous && mapping.executable && !mapping.writable && mapping.end - mapping.start == kPage &&
        adopt(mapping.start))
      return true;
  }
  return false;
}

bool TrampolineCall::adopt(uint64_t block) {
  hd_call call;
  if (!target_.memory.try_read(block, &call, offsetof(hd_call, script)) || call.magic != HD_CALL_MAGIC)
    return false;
  if (owner_of(call).tool.may_live(std::chrono::nanoseconds(call.deadline) - clock_ahead(target_.pid)))
    return false;
  if (call.park == 0 && !target_.memory.try_get(block, &call)) return false;
  const Mapping* progress = find_mapping(target_.maps, call.progress);
  if (progress == nullptr || !progress->writable) return false;
  owner_ = owner_of(call);
  block_ = block;
  parts_ = TrampolineParts(call.park == 0);
  callback_ = call.pending_callback;
  progress_ = call.progress;
  const Mapping* data = find_mapping(target_.maps, call.data);
  data_ = data != nullptr && data->inode == 0 && data->writable && data->start == call.data &&
                  data->end - data->start == call.data_size
              ? call.data
              : 0;
  data_size_ = call.data_size;
  is_copy_ = call.pid != target_.status.namespace_pid;
  if (data_ != 0) {
    if (call.script.fd >= 0)
      pipe_.adopt(static_cast<int>(call.script.fd), call.script.fd_device, call.script.fd_inode);
    else
      pipe_.adopt(target_.memory, data_ + kPipeAt);
  }
  return true;
}

TrampolineCall::Owner TrampolineCall::owner_of(const hd_call& call) {
  return {{call.tool_namespace, call.tool_pid, call.tool_start}, call.deadline};
}

bool TrampolineCall::is_there() const {
  hd_call call;
  return target_.memory.try_read(block_, &call, offsetof(hd_call, script)) && call.magic == HD_CALL_MAGIC &&
         owner_of(call) == owner_;
}

void TrampolineCall::release() {
  if (is_there()) target_.memory.put<uint8_t>(progress_ + offsetof(hd_progress, released), 1);
}

bool TrampolineCall::retract(PendingCalls& pending) {
  if (!is_there()) return true;
  const hd_progress now = progress();
  if (is_copy_) {
    if (pending.locked()) return false;
    pending.replace(callback_, harmless_);
    return true;
  }
  if (now.armed == HD_CALL_TAKEN_BACK) return true;
  if (now.armed == HD_CALL_TAKEN) return false;
  // Stopped as the main thread is, nobody else takes it.
  const uint64_t armed = progress_ + offsetof(hd_progress, armed);
  target_.memory.put<uint8_t>(armed, HD_CALL_DISARMED);
  if (now.state == HD_CALL_PLACED) return true;
  // The queue keeps its entry, as a call of PyErr_CheckSignals: what the main thread does there anyway.
  if (now.state != HD_CALL_QUEUED || pending.locked() || !pending.replace(callback_, harmless_)) return false;
  target_.memory.put<uint8_t>(armed, HD_CALL_TAKEN_BACK);
  return true;
}

bool TrampolineCall::cure(StoppedThread& thread) {
  if (!is_there()) {
    block_ = data_ = 0;
    return true;
  }
  if (is_bound_for_it(thread)) return false;
  if (data_ == 0 && !is_mapped()) {
    fault_point("curing");
    clear();
  } else {
    RemoteCalls calls(thread, target_.memory, gadgets_);
    undo(calls);
  }
  return true;
}

// The thread may be elsewhere when it is stopped, and come here afterwards: through the return frames that a
// tool left which died, or from the handler of a signal that came before its first instruction here.
bool TrampolineCall::is_bound_for_it(const StoppedThread& thread) const {
  const auto instruction = instruction_after_frames(target_.memory, gadgets_, thread.registers());
  if (!instruction || *instruction - block_ < parts_.size()) return true;
  return progress().state == HD_CALL_PLACED &&
         is_on_stack(target_, thread.registers().rsp, block_ + parts_.code_at,
                     block_ + parts_.offset_of(&hd_trampoline_entry));
}

void TrampolineCall::undo(RemoteCalls& calls) {
  pipe_.close_in_process(calls);
  fault_point("curing");
  if (data_ != 0) calls.may_fail(SYS_munmap, data_, data_size_);
  data_ = 0;
  if (block_ != 0 && is_mapped()) {
    calls.may_fail(SYS_munmap, block_, kPage);
    block_ = 0;
  }
  clear();
}

// The code is the page's only content, since there was no place for it.
bool TrampolineCall::is_mapped() const { return progress_ != stack_end_word(target_); }

void TrampolineCall::clear() {
  if (block_ != 0) {
    const std::string nothing(std::max<size_t>(parts_.size(), sizeof(hd_progress)), '\0');
    target_.memory.write(progress_, nothing.data(), sizeof(hd_progress));
    target_.memory.write(block_, nothing.data(), parts_.size());
  }
  block_ = 0;
}

}  // namespace heapdump
