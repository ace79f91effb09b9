#include "capture/walk_task.h"

#include "capture/memory_survey.h"
#include "python/heap_fields.h"

namespace heapdump {
WalkTask::WalkTask(const Inspection& target, ContentKept content)
    : WalkTask(target, content, check_heap_layout(target.memory, target.interpreter)) {}

WalkTask::WalkTask(const Inspection& target, ContentKept content, const CPythonLayout& row)
    : content(content),
      pid(target.status.namespace_pid),
      runtime(target.interpreter.runtime()),
      layout(row.heap),
      types(find_heap_types(target.memory, target.interpreter)),
      fields(find_heap_fields(row, target.interpreter.version())),
      owned(find_heap_owned(row, target.interpreter.version())),
      has_glibc_malloc(heapdump::has_glibc_malloc(target.memory, target.images)) {}

}  // namespace heapdump
