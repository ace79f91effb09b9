#include "heap/thread_locals.h"

#include <algorithm>

#include "heap/category.h"
#include "heap/label.h"
#include "heap/namespaces.h"
#include "heap/path_step.h"
#include "protocol.h"

namespace heapdump {
namespace {

constexpr std::string_view kOf = " of ";
// One for each thread-local variable of a thread, and a few others.
constexpr uint64_t kMostReferrers = 64;

std::string_view thread_with(const HeapIndex& heap, uint32_t root) {
  for (const RootRow& row : std::ranges::equal_range(heap.roots(), root, {}, &RootRow::object)) {
    if (row.kind == HD_ROOT_THREAD) return thread_name(heap.text(row.name));
  }
  return {};
}

// What a key of `dummies` stands for: the state of the variable in a thread.
uint32_t referent(const HeapIndex& heap, uint32_t key) {
  if (heap.type_name(key) == "_thread._localdummy") return key;
  const Range rows = heap.positions(key);
  for (uint64_t position = 0; position < rows.size(); ++position) {
    if (heap.kind(key, position) == HD_REF_WEAK) return heap.target(rows.begin + position);
  }
  return kNone;
}

}  // namespace

bool is_thread_local(const HeapIndex& heap, uint32_t id) {
  return heap.namespaces().is_thread_local(heap.type(id));
}

std::string_view thread_of(const HeapIndex& heap, uint32_t local, uint32_t attributes) {
  const uint32_t dummies = field_of(heap, local, "dummies");
  if (dummies == kNone) return {};
  const PathStep step = step_between(heap, dummies, attributes);
  if (step.is_type || step.position == 0 || kind_of(heap, step) != HD_REF_VALUE) return {};
  const uint32_t key = heap.target(heap.positions(dummies).begin + step.position - 1);
  const uint32_t state = key == kNone ? kNone : referent(heap, key);
  if (state == kNone) return {};
  // The thread's state refers to it from CPython 3.13 on; before, its dict does.
  if (const std::string_view thread = thread_with(heap, state); !thread.empty()) return thread;
  const Range referrers = heap.referrers(state);
  for (uint64_t row = referrers.begin; row < std::min(referrers.end, referrers.begin + kMostReferrers);
       ++row) {
    const uint32_t source = heap.referrer(row).source;
    const std::string_view thread = source == kNone ? std::string_view() : thread_with(heap, source);
    if (!thread.empty()) return thread;
  }
  return {};
}

std::string_view thread_field(std::string_view root) { return root.substr(0, root.find(kOf)); }

std::string_view thread_name(std::string_view root) {
  const size_t at = root.find(kOf);
  return at == root.npos ? std::string_view() : root.substr(at + kOf.size());
}

}  // namespace heapdump
