#include "heap/root_path.h"

#include <algorithm>

#include "heap/label.h"
#include "heap/path_up.h"
#include "heap/thread_locals.h"
#include "protocol.h"

namespace heapdump {
namespace {

// Kinds of roots, the one that says most first.
int rank(const RootRow& root) {
  static constexpr int kRanks[] = {7, 0, 1, 2, 3, 4, 6, 5};  // by hd_root_kind
  return root.kind < std::size(kRanks) ? kRanks[root.kind] : 7;
}

// `name` is that of a function, or `FUNCTION.f_locals['NAME']` for what a frame without an object holds.
std::string format_frame_root(const HeapIndex& heap, uint32_t id, const std::string& name) {
  static constexpr std::string_view kLocal = ".f_locals['", kEnd = "']";
  const size_t at = name.find(kLocal);
  if (at == name.npos || !name.ends_with(kEnd)) return "<frame " + name + ">";
  const size_t begin = at + kLocal.size();
  const std::string local = name.substr(begin, name.size() - kEnd.size() - begin);
  const bool is_cell = heap.type_name(id) == "cell";
  const std::string part = is_cell ? "<cell " + local + ">" : ".f_locals[" + repr(local, false) + "]";
  return "<frame " + name.substr(0, at) + ">" + part;
}

// A part that is repeated at least this often is counted.
constexpr size_t kRepeats = 4;
// Parts of a long path that are written, at its beginning and at its end.
constexpr size_t kHead = 64;
constexpr size_t kTail = 32;

}  // namespace

const RootRow* root_of(const HeapIndex& heap, uint32_t id) {
  const auto found = std::ranges::equal_range(heap.roots(), id, {}, &RootRow::object);
  const auto best = std::ranges::min_element(found, {}, rank);
  return best == found.end() ? nullptr : &*best;
}

uint32_t root_kind(const HeapIndex& heap, uint32_t id) {
  const RootRow* root = root_of(heap, id);
  return root == nullptr ? 0 : root->kind;
}

std::string format_root(const HeapIndex& heap, uint32_t id) {
  const RootRow* root = root_of(heap, id);
  if (root != nullptr) return format_root(heap, *root);
  return heap.is_immortal(id) ? "<immortal object>" : "<unknown holder>";
}

std::string format_root_pattern(const HeapIndex& heap, uint32_t id) {
  const RootRow* root = root_of(heap, id);
  if (root == nullptr || root->kind != HD_ROOT_THREAD) return format_root(heap, id);
  return "<thread " + std::string(thread_field(heap.text(root->name))) + ">";
}

std::string format_root(const HeapIndex& heap, const RootRow& root) {
  const std::string name(heap.text(root.name));
  switch (root.kind) {
    case HD_ROOT_MODULE:
      return is_exact_name(name) ? "sys.modules[" + repr(name, false) + "]"
                                 : "sys.modules[<" + repr(name, false) + ">]";
    case HD_ROOT_FRAME:
      return format_frame_root(heap, root.object, name);
    case HD_ROOT_THREAD:
      return "<thread " + name + ">";
    case HD_ROOT_INTERPRETER:
      return "<interpreter " + name + ">";
    case HD_ROOT_C:
      return "<held by C>";
    case HD_ROOT_GREENLET:
      return "<greenlet " + name + ">";
    case HD_ROOT_DATA:
      return "<data of " + name + ">";
    default:
      return name.empty() ? "<static>" : "<static " + name + ">";
  }
}

std::vector<uint32_t> path_ids(const HeapIndex& heap, uint32_t id) {
  std::vector<uint32_t> ids;
  if (heap.is_garbage(id)) return ids;
  for (const uint32_t at : heap.path_up(id)) ids.push_back(at);
  std::ranges::reverse(ids);
  return ids;
}

std::vector<std::string> format_parts(const HeapIndex& heap, const std::vector<uint32_t>& ids,
                                      const Avoid& avoid) {
  std::vector<std::string> parts;
  if (ids.empty()) return parts;
  parts.push_back(format_root(heap, ids.front()));
  for (size_t i = 1; i < ids.size(); ++i) {
    const PathStep step = step_between(heap, ids[i - 1], ids[i], avoid);
    const auto back = [&](size_t steps) { return i < steps ? kNone : ids[i - steps]; };
    const uint32_t whole = namespace_holder(heap, back(1), back(2), back(3));
    for (size_t above = i - 1; whole != kNone && ids[above] != whole; above--) parts[above].clear();
    parts.push_back(format_step(heap, step, whole));
  }
  return parts;
}

std::string joined_path(const std::vector<std::string>& parts) {
  std::vector<const std::string*> own;
  for (const std::string& part : parts) {
    if (!part.empty()) own.push_back(&part);
  }
  // How often the `period` parts from `at` on come one after another.
  const auto repeats = [&](size_t at, size_t period) {
    size_t times = 1;
    const auto same = [&](size_t next) {
      for (size_t i = 0; i < period; ++i) {
        if (*own[at + i] != *own[next + i]) return false;
      }
      return true;
    };
    while (at + (times + 1) * period <= own.size() && same(at + times * period)) times++;
    return times;
  };
  std::vector<std::string> units;
  for (size_t at = 0; at < own.size();) {
    size_t period = 1, times = 1;
    for (size_t candidate = 1; candidate <= 3 && at + candidate <= own.size() && times < kRepeats;
         candidate++) {
      times = repeats(at, period = candidate);
    }
    if (times < kRepeats) period = times = 1;
    std::string unit;
    for (size_t i = 0; i < period; ++i) unit += *own[at + i];
    units.push_back(times == 1 ? unit : "(" + unit + " × " + std::to_string(times) + ")");
    at += period * times;
  }
  const size_t omitted = units.size() > kHead + kTail ? units.size() - kHead - kTail : 0;
  std::string path;
  for (size_t i = 0; i < units.size(); ++i) {
    if (omitted > 0 && i == kHead) path += "(… " + std::to_string(omitted) + " more …)";
    if (omitted == 0 || i < kHead || i >= kHead + omitted) path += units[i];
  }
  return path;
}

std::string format_path(const HeapIndex& heap, uint32_t id) {
  return joined_path(format_parts(heap, path_ids(heap, id)));
}

}  // namespace heapdump
