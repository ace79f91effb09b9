#include "analysis/nearest_code.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "heap/category.h"
#include "heap/path_up.h"
#include "heap/root_path.h"
#include "heap/runs.h"
#include "protocol.h"

namespace heapdump {
namespace {

// Steps that are gone up from each object.
constexpr int kSteps = 16;

bool is_code(std::string_view type) {
  return type == "function" || type == "generator" || type == "coroutine" || type == "async_generator";
}

// Of a frame that runs; empty if frames of several functions have that name.
std::string running(const HeapIndex& heap, const RootRow& root) {
  const std::string_view name = heap.text(root.name);
  const std::string_view function = name.substr(0, name.find(".f_locals["));
  std::string found;
  for (const FrameRow& frame : heap.frames()) {
    if (heap.text(frame.function) != function) continue;
    std::string place =
        std::string(function) + " " + std::string(heap.text(frame.file)) + ":" + std::to_string(frame.line);
    if (!found.empty() && found != place) return {};
    found = std::move(place);
  }
  return found;
}

std::string code_on_path(const HeapIndex& heap, uint32_t object) {
  int steps = 0;
  for (const uint32_t at : heap.path_up(object)) {
    if (++steps > kSteps) break;
    if (heap.path_parent(at) == at) {
      const RootRow* root = root_of(heap, at);
      if (root != nullptr && root->kind == HD_ROOT_FRAME) return running(heap, *root);
    }
    const uint32_t code = is_code(heap.type_name(at)) ? at : code_of(heap, at);
    const auto content = code == kNone ? std::nullopt : heap.content(code);
    if (content && !content->cut) return std::string(content->bytes);
  }
  return {};
}

}  // namespace

std::string nearest_code(const HeapIndex& heap, const std::vector<uint32_t>& objects) {
  std::unordered_map<std::string, size_t> counts;
  for (const uint32_t object : objects) {
    if (std::string code = code_on_path(heap, object); !code.empty()) counts[std::move(code)]++;
  }
  const auto most = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
  return most == counts.end() || most->second * 2 <= objects.size() ? std::string() : most->first;
}

}  // namespace heapdump
