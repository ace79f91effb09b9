#include "capture/memory_survey.h"

#include <algorithm>
#include <cstring>

#include "capture/record_writer.h"
#include "protocol.h"

namespace heapdump {
namespace {

// Reading what is not in memory would bring it there, or wait for who does.
constexpr uint64_t kAlwaysRead = 64 << 20;
constexpr uint64_t kLeastResident = 4;  // a quarter
constexpr uint64_t kMostSwapped = 8;    // an eighth

bool is_left_alone(const MappingUsage& usage) {
  const uint64_t size = usage.mapping.end - usage.mapping.start;
  return usage.is_special || (size > kAlwaysRead && usage.resident < size / kLeastResident) ||
         usage.swapped > size / kMostSwapped;
}

bool is_anonymous(const Mapping& mapping) {
  return mapping.inode == 0 && (mapping.path.empty() || mapping.path.starts_with("[anon"));
}

uint8_t flags_of(const MappingUsage& usage, const std::vector<uint64_t>& stack_pointers) {
  const Mapping& mapping = usage.mapping;
  const bool is_stack =
      mapping.path == "[stack]" ||
      std::ranges::any_of(stack_pointers, [&](uint64_t pointer) { return mapping.contains(pointer); });
  int flags = 0;
  if (mapping.readable) flags |= HD_MAPPING_READABLE;
  if (mapping.writable) flags |= HD_MAPPING_WRITABLE;
  if (mapping.executable) flags |= HD_MAPPING_EXECUTABLE;
  if (mapping.shared) flags |= HD_MAPPING_SHARED;
  if (is_stack) flags |= HD_MAPPING_STACK;
  const bool may_hold_heap = is_anonymous(mapping) || mapping.path == "[heap]";
  if (may_hold_heap && !is_stack && is_left_alone(usage)) flags |= HD_MAPPING_NOT_READ;
  return static_cast<uint8_t>(flags);
}

void put_string(RecordBuffer& out, const std::string& text) {
  const size_t size = std::min<size_t>(text.size(), HD_MAX_NAME);
  out.put_varint(size);
  out.append(text.data(), size);
}

}  // namespace

MemorySurvey::MemorySurvey(std::vector<MappingUsage> mappings, const std::vector<uint64_t>& stack_pointers) {
  for (MappingUsage& usage : mappings) {
    const uint8_t flags = flags_of(usage, stack_pointers);
    rows_.push_back({std::move(usage), flags});
  }
}

std::vector<hd_range> MemorySurvey::stacks() const {
  std::vector<hd_range> found;
  for (const Row& row : rows_) {
    if (row.flags & HD_MAPPING_STACK) found.push_back({row.usage.mapping.start, row.usage.mapping.end});
  }
  return found;
}

std::vector<hd_memory_range> MemorySurvey::ranges() const {
  constexpr int kHeap = HD_MAPPING_READABLE | HD_MAPPING_WRITABLE;
  std::vector<hd_memory_range> found;
  // Of the anonymous mappings that follow each other, whether they are looked into or not.
  uint64_t run_end = 0;
  size_t run_begin = 0;
  for (const auto& [usage, flags] : rows_) {
    const Mapping& mapping = usage.mapping;
    const auto add = [&](hd_memory_kind kind, uint64_t end) {
      found.push_back({mapping.start, mapping.end, end, kind});
    };
    const bool is_heap = (flags & kHeap) == kHeap && (flags & (HD_MAPPING_SHARED | HD_MAPPING_STACK)) == 0;
    if (mapping.inode != 0 && (flags & HD_MAPPING_READABLE)) {
      add(HD_MEMORY_FILE, mapping.end);
    } else if (is_heap && mapping.path == "[heap]" && (flags & HD_MAPPING_NOT_READ) == 0) {
      add(HD_MEMORY_BRK, mapping.end);
    } else if (is_heap && is_anonymous(mapping)) {
      if (mapping.start != run_end) run_begin = found.size();
      run_end = mapping.end;
      if ((flags & HD_MAPPING_NOT_READ) == 0 && usage.resident != 0) add(HD_MEMORY_ANONYMOUS, run_end);
      for (size_t i = run_begin; i < found.size(); ++i) found[i].run_end = run_end;
    }
  }
  return found;
}

std::vector<uint8_t> MemorySurvey::message() const {
  constexpr size_t kNumbers = 64;
  RecordBuffer out;
  for (const auto& [usage, flags] : rows_) {
    const auto& [mapping, resident, anonymous, swapped, huge, is_special] = usage;
    out.reserve(kNumbers + HD_MAX_NAME);
    out.put_varint(HD_MAPPING);
    out.put_varint(mapping.start);
    out.put_varint(mapping.end - mapping.start);
    out.put_u8(flags);
    put_string(out, mapping.path);
    for (const uint64_t bytes : {resident, anonymous, swapped, huge}) out.put_varint(bytes);
  }
  if (out.size() == 0) return {};
  const uint32_t length = static_cast<uint32_t>(out.size());
  std::vector<uint8_t> message(sizeof length + length);
  memcpy(message.data(), &length, sizeof length);
  memcpy(message.data() + sizeof length, out.data(), length);
  return message;
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
