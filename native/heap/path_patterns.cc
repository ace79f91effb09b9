#include "heap/path_patterns.h"

#include <algorithm>

#include "heap/path_step.h"
#include "heap/path_up.h"
#include "heap/root_path.h"
#include "protocol.h"

namespace heapdump {
namespace {

constexpr uint32_t kLongestPeriod = 3;
// Steps that come this often one after another are left open.
constexpr uint32_t kRepeats = 4;

}  // namespace

PathPatterns::PathPatterns(const HeapIndex& heap, const AvoidingPaths* paths)
    : heap_(heap), paths_(paths), avoid_(paths == nullptr ? Avoid() : paths->avoid()), of_(heap.objects()) {
  patterns_.push_back({});
  open_ = texts_.number("[*]");
}

uint32_t PathPatterns::of(uint32_t id) {
  if (heap_.is_garbage(id) || (paths_ != nullptr && !paths_->reach(id))) return 0;
  way_.clear();
  uint32_t pattern = 0, holder = kNone;
  up(id, [&](uint32_t at) {
    holder = at;
    if ((pattern = of_[at]) != 0) return false;
    way_.push_back(at);
    return true;
  });
  if (pattern == 0) {
    pattern = of_[holder] = root(holder);
    way_.pop_back();
  }
  for (; !way_.empty(); way_.pop_back()) {
    pattern = of_[way_.back()] = below(pattern, holder, way_.back());
    holder = way_.back();
  }
  return pattern;
}

template <typename GoOn>
void PathPatterns::up(uint32_t id, GoOn go_on) const {
  if (paths_ == nullptr) {
    for (const uint32_t at : heap_.path_up(id)) {
      if (!go_on(at)) return;
    }
  } else {
    for (uint32_t at = id; at != kNone && go_on(at);) at = holder_of(at);
  }
}

// kNone where the path begins.
uint32_t PathPatterns::holder_of(uint32_t id) const {
  if (id == kNone) return kNone;
  const uint32_t holder = paths_ == nullptr ? heap_.path_parent(id) : paths_->holder(id);
  return holder == id ? kNone : holder;
}

uint32_t PathPatterns::root(uint32_t id) { return intern(0, texts_.number(format_root_pattern(heap_, id))); }

uint32_t PathPatterns::below(uint32_t parent, uint32_t holder, uint32_t held) {
  const PathStep step = step_between(heap_, holder, held, avoid_);
  const uint32_t above = holder_of(holder);
  const uint32_t whole = namespace_holder(heap_, holder, above, holder_of(above));
  if (whole != kNone) return intern(of_[whole], texts_.number(format_pattern(heap_, step, whole)));
  if (kind_of(heap_, step) == HD_REF_VALUE) return intern(parent, open_);
  std::string text = format_pattern(heap_, step);
  return text.empty() ? parent : intern(parent, texts_.number(std::move(text)));
}

uint32_t PathPatterns::intern(uint32_t parent, uint32_t text) {
  const auto [at, inserted] = numbers_.try_emplace(uint64_t{parent} << 32 | text);
  if (!inserted) return at->second;
  at->second = folded(parent, text);
  if (at->second != 0) return at->second;
  at->second = count();
  patterns_.push_back({parent, text});
  return at->second;
}

// The pattern that a further step leads back to, if the last steps and this one repeat those before them;
// else 0.
uint32_t PathPatterns::folded(uint32_t parent, uint32_t text) {
  std::vector<uint32_t> last;  // the innermost first
  for (uint32_t at = parent; at != 0 && last.size() < kRepeats * kLongestPeriod; at = patterns_[at].parent) {
    last.push_back(at);
  }
  const auto text_at = [&](uint32_t back) { return back == 0 ? text : patterns_[last[back - 1]].text; };
  for (uint32_t period = 1; period <= kLongestPeriod; ++period) {
    const uint32_t compared = (kRepeats - 1) * period;
    if (last.size() <= compared + period - 1) break;  // what the path begins with is not a step
    bool repeats = true;
    for (uint32_t i = 0; i < compared && repeats; ++i) repeats = text_at(i) == text_at(i + period);
    if (!repeats) continue;
    const uint32_t again = last[period - 1];
    patterns_[again].period = static_cast<uint8_t>(period);
    return again;
  }
  return 0;
}

std::string PathPatterns::format(uint32_t pattern) const {
  std::string path;
  while (pattern != 0) {
    const uint32_t repeated = patterns_[pattern].period;
    std::string part;
    for (uint32_t i = 0; i < std::max<uint32_t>(1, repeated); i++, pattern = patterns_[pattern].parent) {
      part.insert(0, texts_.name(patterns_[pattern].text));
    }
    path.insert(0, repeated == 0 ? part : "(" + part + ")*");
  }
  return path;
}

}  // namespace heapdump
