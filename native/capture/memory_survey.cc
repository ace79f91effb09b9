#include "capture/memory_survey.h"

#include <algorithm>
#include <set>

#include "capture/meta_message.h"
#include "capture/record_writer.h"
#include "protocol.h"

namespace heapdump {
namespace {

// Reading what is swapped out would bring it back.
constexpr uint64_t kMostSwapped = 8;  // an eighth
constexpr size_t kMostRanges = 1 << 16;

bool is_swapped(const MappingUsage& usage) {
  return usage.swapped > (usage.mapping.end - usage.mapping.start) / kMostSwapped;
}

bool is_anonymous(const Mapping& mapping) {
  return mapping.inode == 0 && (mapping.path.empty() || mapping.path.starts_with("[anon"));
}

void put_string(RecordBuffer& out, const std::string& text) {
  const size_t size = std::min<size_t>(text.size(), HD_MAX_NAME);
  out.put_varint(size);
  out.append(text.data(), size);
}

}  // namespace

MemorySurvey::MemorySurvey(const std::vector<Mapping>& mappings,
                           const std::vector<uint64_t>& stack_pointers) {
  for (const Mapping& mapping : mappings) {
    const auto is_in = [&](uint64_t pointer) { return mapping.contains(pointer); };
    if (mapping.path == "[stack]" || std::ranges::any_of(stack_pointers, is_in))
      stacks_.push_back({mapping.start, mapping.end});
  }
}

uint8_t MemorySurvey::flags_of(const Mapping& mapping) const {
  int flags = 0;
  if (mapping.readable) flags |= HD_MAPPING_READABLE;
  if (mapping.writable) flags |= HD_MAPPING_WRITABLE;
  if (mapping.executable) flags |= HD_MAPPING_EXECUTABLE;
  if (mapping.shared) flags |= HD_MAPPING_SHARED;
  if (std::ranges::binary_search(stacks_, mapping.start, {}, &hd_range::start)) flags |= HD_MAPPING_STACK;
  return static_cast<uint8_t>(flags);
}

void MemorySurvey::look_into(pid_t pid, bool keeps_names) {
  std::set<std::string> libraries;
  for (MappingUsage& usage : read_mapping_usage(pid)) {
    if (usage.mapping.executable) libraries.insert(usage.mapping.path);
    const uint8_t flags = flags_of(usage.mapping);
    rows_.push_back({std::move(usage), flags, true});
  }
  for (Row& row : rows_) {
    const std::string& path = row.usage.mapping.path;
    row.has_name = keeps_names || !path.starts_with('/') || libraries.contains(path);
  }
  find_ranges(pid);
}

void MemorySurvey::find_ranges(pid_t pid) {
  constexpr int kHeap = HD_MAPPING_READABLE | HD_MAPPING_WRITABLE;
  PresentPages present(pid);
  // Of the anonymous mappings that follow each other, whether they are looked into or not.
  uint64_t run_end = 0;
  size_t run_begin = 0;
  const auto end_run = [&] {
    for (; run_begin < ranges_.size(); ++run_begin) {
      if (ranges_[run_begin].kind == HD_MEMORY_ANONYMOUS) ranges_[run_begin].run_end = run_end;
    }
  };
  for (auto& [usage, flags, has_name] : rows_) {
    const Mapping& mapping = usage.mapping;
    const bool is_heap = (flags & kHeap) == kHeap && (flags & (HD_MAPPING_SHARED | HD_MAPPING_STACK)) == 0;
    if (mapping.inode != 0 && (flags & HD_MAPPING_READABLE)) {
      ranges_.push_back({mapping.start, mapping.end, mapping.end, HD_MEMORY_FILE});
      continue;
    }
    if (!is_heap || (mapping.path != "[heap]" && !is_anonymous(mapping))) continue;
    const bool is_read = !usage.is_special && !is_swapped(usage) && ranges_.size() < kMostRanges;
    if (mapping.path == "[heap]") {
      if (is_read)
        add_heap(mapping);
      else
        flags |= HD_MAPPING_NOT_READ;
      continue;
    }
    if (mapping.start != run_end) end_run();
    run_end = mapping.end;
    if (!is_read || !add_present(usage, present)) flags |= HD_MAPPING_NOT_READ;
  }
  end_run();
}

// Its chunks lead from one to the next, over what is not in memory. What grew after a fork is a mapping of
// its own.
void MemorySurvey::add_heap(const Mapping& mapping) {
  if (!ranges_.empty() && ranges_.back().kind == HD_MEMORY_BRK && ranges_.back().end == mapping.start)
    ranges_.back().end = ranges_.back().run_end = mapping.end;
  else
    ranges_.push_back({mapping.start, mapping.end, mapping.end, HD_MEMORY_BRK});
}

bool MemorySurvey::add_present(const MappingUsage& usage, PresentPages& present) {
  const uint64_t start = usage.mapping.start, end = usage.mapping.end;
  if (usage.resident == 0) return true;
  if (usage.resident >= end - start) {
    ranges_.push_back({start, end, end, HD_MEMORY_ANONYMOUS});
    return true;
  }
  const auto parts = present.between(start, end);
  if (parts.empty() || parts.size() > kMostRanges - ranges_.size()) return false;
  for (const auto& [first, last] : parts) ranges_.push_back({first, last, end, HD_MEMORY_ANONYMOUS});
  return true;
}

std::vector<uint8_t> MemorySurvey::message() const {
  constexpr size_t kNumbers = 64;
  RecordBuffer out;
  for (const auto& [usage, flags, has_name] : rows_) {
    const auto& [mapping, resident, anonymous, swapped, huge, is_special] = usage;
    out.reserve(kNumbers + HD_MAX_NAME);
    out.put_varint(HD_MAPPING);
    out.put_varint(mapping.start);
    out.put_varint(mapping.end - mapping.start);
    out.put_u8(flags);
    put_string(out, has_name ? mapping.path : "/…");
    for (const uint64_t bytes : {resident, anonymous, swapped, huge}) out.put_varint(bytes);
  }
  return framed(out.data(), static_cast<uint32_t>(out.size()));
}

bool has_glibc_malloc(const Memory& memory, const std::vector<ElfImage>& images) {
  bool is_glibc = false;
  for (const ElfImage& image : images) {
    const bool is_libc = image.symbol(memory, "gnu_get_libc_version") != 0;
    is_glibc |= is_libc;
    // What is linked before libc, or preloaded, has the program's calls.
    if (!is_libc && image.symbol(memory, "malloc") != 0 && image.symbol(memory, "free") != 0 &&
        image.symbol(memory, "posix_memalign") != 0)
      return false;
  }
  return is_glibc;
}

}  // namespace heapdump
