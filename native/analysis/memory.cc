#include "analysis/memory.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <string_view>

#include "protocol.h"

namespace heapdump {
namespace {

constexpr uint64_t kPoolHeader = 48;
constexpr uint64_t kSmallPage = 4096;
// A pool of which no more than a quarter is used.
constexpr uint64_t kNearlyEmpty = 4;

struct Blocks {
  uint64_t objects = 0, others = 0, free = 0, headers = 0;
  uint64_t object_count = 0, other_count = 0, free_count = 0;
  uint64_t empty_pools = 0, empty_pool_count = 0;

  uint64_t total() const { return objects + others + free + headers + empty_pools; }
};

struct Malloc {
  uint64_t used = 0, free = 0;
  bool is_known = true;
};

bool is_of_file(const MappingRow& mapping, std::string_view path) {
  return path.starts_with('/') && (mapping.flags & HD_MAPPING_SHARED) == 0;
}

uint64_t number_in_meta(const HeapIndex& heap, std::string_view key) {
  const std::string_view text = heap.meta(key);
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Up to the last page that a block has been taken from.
uint64_t touched(const PoolRow& pool) {
  const uint64_t used = kPoolHeader + uint64_t{pool.blocks} * pool.block_size;
  return std::min<uint64_t>(pool.size, (used + kSmallPage - 1) / kSmallPage * kSmallPage);
}

// The rows between two addresses, of a section that is sorted by address.
template <typename Row>
std::span<const Row> rows_in(std::span<const Row> rows, uint64_t begin, uint64_t end) {
  const auto first = std::ranges::lower_bound(rows, begin, {}, &Row::address);
  const auto last = std::ranges::lower_bound(first, rows.end(), end, {}, &Row::address);
  return {first, last};
}

class Survey {
 public:
  explicit Survey(const HeapIndex& heap) : heap_(heap) {
    for (const MappingRow& mapping : heap.mappings()) add(mapping);
    end_run();
    files_ = number_in_meta(heap, "rss_file");
    shared_ = number_in_meta(heap, "rss_shared");
    for (const ChunksRow& chunks : heap.chunks()) {
      if (chunks.use >= HD_USES) continue;
      chunk_bytes_[chunks.use] += chunks.bytes;
      chunk_count_[chunks.use] += chunks.count;
    }
  }

  std::vector<MemoryPart> parts() const {
    if (heap_.mappings().empty()) return {};
    std::vector<MemoryPart> parts;
    const auto add = [&](const char* name, const char* parent, uint64_t bytes, uint64_t count = 0) {
      if (bytes != 0) parts.push_back({name, parent, bytes, count});
    };
    const char* const pymalloc = "pymalloc";
    add(pymalloc, nullptr, blocks_.total());
    add("objects in pools", pymalloc, blocks_.objects, blocks_.object_count);
    add("other blocks in use", pymalloc, blocks_.others, blocks_.other_count);
    add("free blocks", pymalloc, blocks_.free, blocks_.free_count);
    add("empty pools", pymalloc, blocks_.empty_pools, blocks_.empty_pool_count);
    add("pool headers", pymalloc, blocks_.headers);
    const char* const malloc = "malloc";
    const uint64_t objects = share_of_objects();
    add(malloc, nullptr, malloc_used_ + malloc_free_ + malloc_unknown_);
    add("objects in chunks", malloc, objects, chunk_count_[HD_USE_OBJECT]);
    // Its entries and traces are such chunks.
    const uint64_t tracing = std::min(number_in_meta(heap_, "tracemalloc_bytes"), malloc_used_ - objects);
    const uint64_t others = chunk_count_[HD_USE_OTHER];
    const uint64_t traces = std::min(number_in_meta(heap_, "tracemalloc_chunks"), others);
    add("tables of tracemalloc", malloc, tracing, traces);
    add("other chunks in use", malloc, malloc_used_ - objects - tracing, others - traces);
    add("free chunks", malloc, malloc_free_, chunk_count_[HD_USE_FREE]);
    add("heaps that could not be read", malloc, malloc_unknown_);
    add("thread stacks", nullptr, stacks_, stack_count_);
    add("other private memory", nullptr, others_ + not_read_);
    add("of unknown use", "other private memory", others_);
    add("mappings that were not read", "other private memory", not_read_);
    add("written data of programs and libraries", nullptr, data_);
    add("pages of files", nullptr, files_);
    add("shared memory", nullptr, shared_);
    return parts;
  }

 private:
  // Private mappings that follow each other, of which allocators take no notice: what is known to lie there
  // is taken to be resident before the rest is.
  struct Run {
    uint64_t begin = 0, end = 0, resident = 0, not_read = 0;
    std::string_view path;
  };

  void add(const MappingRow& mapping) {
    const std::string_view path = heap_.text(mapping.path);
    if (is_of_file(mapping, path)) {
      data_ += mapping.anonymous;
    } else if ((mapping.flags & HD_MAPPING_SHARED) != 0) {
      return;
    } else if ((mapping.flags & HD_MAPPING_STACK) != 0) {
      stacks_ += mapping.resident;
      stack_count_++;
    } else {
      if (mapping.address != run_.end || path != run_.path) {
        end_run();
        run_ = {.begin = mapping.address, .path = path};
      }
      run_.end = mapping.address + mapping.size;
      run_.resident += mapping.resident;
      if ((mapping.flags & HD_MAPPING_NOT_READ) != 0) run_.not_read += mapping.resident;
    }
  }

  void end_run() {
    uint64_t left = run_.resident;
    const auto take = [&](uint64_t bytes) {
      const uint64_t taken = std::min(bytes, left);
      left -= taken;
      return taken;
    };
    take_pools(left);
    const Malloc malloc = malloc_in_run();
    malloc_used_ += take(malloc.used);
    malloc_free_ += take(malloc.free);
    not_read_ += take(run_.not_read);
    (malloc.is_known ? others_ : malloc_unknown_) += take(left);
  }

  void take_pools(uint64_t& left) {
    for (const PoolRow& pool : rows_in(heap_.pools(), run_.begin, run_.end)) {
      const uint64_t bytes = touched(pool);
      // Such as that of a pool in a dump that is damaged.
      if (bytes > left || uint64_t{pool.blocks} * pool.block_size > bytes) continue;
      left -= bytes;
      if (pool.used == 0) {
        blocks_.empty_pools += bytes;
        blocks_.empty_pool_count++;
        continue;
      }
      const uint64_t block = pool.block_size;
      blocks_.object_count += pool.objects;
      blocks_.other_count += pool.used - pool.objects;
      blocks_.free_count += pool.blocks - pool.used;
      blocks_.objects += pool.objects * block;
      blocks_.others += (pool.used - pool.objects) * block;
      blocks_.free += (pool.blocks - pool.used) * block;
      blocks_.headers += bytes - pool.blocks * block;
    }
  }

  Malloc malloc_in_run() const {
    Malloc found;
    for (const MallocRow& heap : rows_in(heap_.mallocs(), run_.begin, run_.end)) {
      if (heap.problem.length != 0) {
        found.is_known = false;
        continue;
      }
      found.used += heap.used;
      found.free += heap.free;
    }
    return found;
  }

  // Which chunks are resident is not known: those of objects as much as the others.
  uint64_t share_of_objects() const {
    const uint64_t used = chunk_bytes_[HD_USE_OBJECT] + chunk_bytes_[HD_USE_OTHER];
    if (used == 0) return 0;
    const double share = static_cast<double>(chunk_bytes_[HD_USE_OBJECT]) / static_cast<double>(used);
    return std::min(malloc_used_, static_cast<uint64_t>(share * static_cast<double>(malloc_used_)));
  }

  const HeapIndex& heap_;
  Run run_;
  Blocks blocks_;
  uint64_t malloc_used_ = 0, malloc_free_ = 0, malloc_unknown_ = 0;
  uint64_t stacks_ = 0, stack_count_ = 0, others_ = 0, not_read_ = 0;
  uint64_t data_ = 0, files_ = 0, shared_ = 0;
  uint64_t chunk_bytes_[HD_USES] = {}, chunk_count_[HD_USES] = {};
};

}  // namespace

std::vector<MemoryPart> memory_parts(const HeapIndex& heap) { return Survey(heap).parts(); }

std::vector<Pinning> find_pinning(const HeapIndex& heap) {
  std::vector<Pinning> by_type(heap.types().size());
  std::vector<uint32_t> last_pool(heap.types().size(), kNone);
  for (uint32_t i = 0; i < heap.pools().size(); ++i) {
    const PoolRow& pool = heap.pools()[i];
    if (pool.used == 0 || pool.used * kNearlyEmpty > pool.blocks) continue;
    const uint32_t first = heap.lower_bound(pool.address);
    for (uint32_t id = first; id < heap.objects() && heap.address(id) < pool.address + pool.size; ++id) {
      const uint32_t type = heap.type(id);
      Pinning& row = by_type[type];
      row.objects++;
      if (std::exchange(last_pool[type], i) == i) continue;
      row.pools++;
      row.free += uint64_t{pool.blocks} * pool.block_size - uint64_t{pool.used} * pool.block_size;
    }
  }
  std::vector<Pinning> found;
  for (uint32_t type = 0; type < by_type.size(); ++type) {
    by_type[type].type = type;
    if (by_type[type].objects != 0) found.push_back(by_type[type]);
  }
  std::ranges::stable_sort(found, std::greater(), &Pinning::free);
  return found;
}

}  // namespace heapdump
