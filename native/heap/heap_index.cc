#include "heap/heap_index.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ranges>

#include "heap/c_containers.h"
#include "heap/namespaces.h"
#include "protocol.h"
#include "support/error.h"
#include "support/unique_fd.h"

namespace heapdump {
namespace {

constexpr ShapeRow kNoShape{};

uint64_t blocks(uint64_t count) { return (count + kBlock - 1) / kBlock; }

}  // namespace

HeapIndex::HeapIndex(const std::string& path) : path_(path) {
  const auto refuse = [&](const std::string& why) { throw Error(ExitCode::kUnreadable, path + ": " + why); };
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat st;
  if (!fd || fstat(fd.get(), &st) != 0) refuse(std::string("cannot be opened: ") + std::strerror(errno));
  if (!S_ISREG(st.st_mode) || static_cast<uint64_t>(st.st_size) < kPage) refuse("is not a heap index");
  void* p = mmap(nullptr, st.st_size, PROT_READ, MAP_SHARED, fd.get(), 0);
  if (p == MAP_FAILED) refuse(std::string("cannot be mapped: ") + std::strerror(errno));
  data_ = static_cast<const uint8_t*>(p);
  bytes_ = st.st_size;
  try {
    header_ = reinterpret_cast<const IndexHeader*>(data_);
    if (std::memcmp(header_->magic, kIndexMagic, sizeof kIndexMagic) != 0) refuse("is not a heap index");
    if (header_->version != kIndexVersion) refuse("is a heap index of another version");
    if (crc32_z(0, data_, offsetof(IndexHeader, crc)) != header_->crc) refuse("has a damaged header");
    if (header_->file_size != bytes_) refuse("is cut off");
    map_columns();
    check_small_sections();
  } catch (...) {
    munmap(p, bytes_);
    throw;
  }
}

HeapIndex::~HeapIndex() { munmap(const_cast<uint8_t*>(data_), bytes_); }

bool HeapIndex::is_of(const FileStamp& dump, std::string_view id) const {
  const std::string_view known(header_->dump_id, strnlen(header_->dump_id, sizeof header_->dump_id));
  return header_->dump_size == dump.size && header_->dump_modified_ns == dump.modified_ns && known == id;
}

template <typename T>
std::span<const T> HeapIndex::rows(Section section) const {
  const SectionPlace& place = header_->sections[static_cast<uint32_t>(section)];
  if (place.offset > bytes_ || place.bytes > bytes_ - place.offset || place.offset % kPage != 0) {
    throw Error(ExitCode::kUnreadable, path_ + ": has a damaged header");
  }
  return {reinterpret_cast<const T*>(data_ + place.offset), place.bytes / sizeof(T)};
}

template <typename T>
std::span<const T> HeapIndex::rows(Section section, uint64_t count) const {
  const std::span<const T> found = rows<T>(section);
  if (found.size() != count) throw Error(ExitCode::kUnreadable, path_ + ": has a damaged header");
  return found;
}

SplitRows HeapIndex::split(Section section, uint64_t count) const {
  return {rows<uint16_t>(section, count),
          rows<uint32_t>(blocks_of(section), (count + kSplitBlock - 1) / kSplitBlock),
          rows<uint64_t>(high_of(section))};
}

void HeapIndex::map_columns() {
  const uint64_t n = header_->objects;
  if (n >= kNone) throw Error(ExitCode::kUnreadable, path_ + ": has a damaged header");
  objects_ = static_cast<uint32_t>(n);
  address_base_ = rows<uint64_t>(Section::kAddressBase, blocks(n));
  address_delta_ = split(Section::kAddressDelta, n);
  shape_ = split(Section::kShape, n);
  size_ = split(Section::kSize, n);
  refcount_ = rows<uint16_t>(Section::kRefcount, n);
  flags_ = rows<uint8_t>(Section::kFlags, n);
  content_base_ = rows<uint64_t>(Section::kContentBase, blocks(n + 1));
  content_delta_ = split(Section::kContentDelta, n + 1);
  content_ = rows<uint8_t>(Section::kContent);
  edge_base_ = rows<uint64_t>(Section::kEdgeBase, blocks(n + 1));
  edge_delta_ = split(Section::kEdgeDelta, n + 1);
  edge_to_ = rows<uint32_t>(Section::kEdgeTo);
  referrer_base_ = rows<uint64_t>(Section::kReferrerBase, blocks(n + 1));
  referrer_delta_ = split(Section::kReferrerDelta, n + 1);
  referrer_source_ = rows<uint32_t>(Section::kReferrerSource);
  referrer_position_ = split(Section::kReferrerPosition, referrer_source_.size());
  by_size_ = rows<uint32_t>(Section::kBySize, ranked());
  by_type_ = rows<uint32_t>(Section::kByType, n);
  dominator_ = rows<uint32_t>(Section::kDominator, n);
  retained_ = split(Section::kRetained, n);
  by_retained_ = rows<uint32_t>(Section::kByRetained, ranked());
  path_parent_ = rows<uint32_t>(Section::kPathParent, n);
  depth_ = split(Section::kDepth, n);
  site_ = rows<uint32_t>(Section::kSite);
  if (!site_.empty() && site_.size() != n)
    throw Error(ExitCode::kUnreadable, path_ + ": has a damaged header");
  far_addresses_ = rows<LargeRow>(Section::kFarAddresses);
  large_sizes_ = rows<LargeRow>(Section::kLargeSizes);
  large_refcounts_ = rows<LargeRow>(Section::kLargeRefcounts);
  large_retained_ = rows<LargeRow>(Section::kLargeRetained);
  types_ = rows<TypeRow>(Section::kTypes);
  type_of_object_ = rows<TypeOfObjectRow>(Section::kTypeOfObject);
  shapes_ = rows<ShapeRow>(Section::kShapes);
  fields_ = rows<FieldRow>(Section::kFields);
  roots_ = rows<RootRow>(Section::kRoots);
  modules_ = rows<ModuleRow>(Section::kModules);
  threads_ = rows<ThreadRow>(Section::kThreads);
  frames_ = rows<FrameRow>(Section::kFrames);
  locals_ = rows<LocalRow>(Section::kLocals);
  suspended_ = rows<SuspendedRow>(Section::kSuspended);
  finalized_ = rows<uint32_t>(Section::kFinalized);
  mappings_ = rows<MappingRow>(Section::kMappings);
  pools_ = rows<PoolRow>(Section::kPools);
  mallocs_ = rows<MallocRow>(Section::kMallocs);
  chunks_ = rows<ChunksRow>(Section::kChunks);
  possible_holders_ = rows<PossibleHolderRow>(Section::kPossible);
  sites_ = rows<SiteRow>(Section::kSites);
  site_frames_ = rows<SiteFrameRow>(Section::kSiteFrames);
  meta_ = rows<MetaRow>(Section::kMeta);
  strings_ = rows<uint8_t>(Section::kStrings);
}

const SuspendedRow* HeapIndex::suspended(uint32_t id) const {
  const auto at = std::ranges::lower_bound(suspended_, id, {}, &SuspendedRow::object);
  return at == suspended_.end() || at->object != id ? nullptr : &*at;
}

void HeapIndex::check_small_sections() const {
  uLong crc = 0;
  for (uint32_t i = static_cast<uint32_t>(kFirstSmall); i < kSections; ++i) {
    const SectionPlace& place = header_->sections[i];
    crc = crc32_z(crc, data_ + place.offset, place.bytes);
  }
  if (crc != header_->small_crc) throw Error(ExitCode::kUnreadable, path_ + ": is damaged");
}

const ShapeRow& HeapIndex::shape(uint32_t id) const {
  const uint32_t shape = shape_[id];
  return shape < shapes_.size() ? shapes_[shape] : kNoShape;
}

std::optional<Content> HeapIndex::content(uint32_t id) const {
  const uint8_t flags = flags_[id];
  if ((flags & HD_HAS_CONTENT) == 0) return std::nullopt;
  const Range range = range_of(content_base_, content_delta_, id, content_.size());
  return Content{{reinterpret_cast<const char*>(content_.data()) + range.begin, range.size()},
                 (flags & HD_CONTENT_IS_TEXT) != 0,
                 (flags & HD_CONTENT_CUT) != 0};
}

uint8_t HeapIndex::kind(uint32_t id, uint64_t position) const {
  const ShapeRow& row = shape(id);
  if (position < row.named) return static_cast<uint8_t>(fields_[row.first_field + position].kind);
  if (row.tail_count == 0) return HD_REF_OTHER;
  return row.tail[(position - row.named) % row.tail_count] & ~HD_REF_INDEXED;
}

Range HeapIndex::range_of(std::span<const uint64_t> base, const SplitRows& delta, uint32_t id,
                          uint64_t end) const {
  const uint64_t from = std::min(base[id / kBlock] + delta[id], end);
  const uint64_t to = std::min(base[(id + 1) / kBlock] + delta[id + 1], end);
  return {from, std::max(from, to)};
}

std::optional<uint64_t> HeapIndex::large(uint32_t id, std::span<const LargeRow> large) {
  const auto at = std::lower_bound(large.begin(), large.end(), id,
                                   [](const LargeRow& row, uint64_t key) { return row.id < key; });
  if (at == large.end() || at->id != id) return std::nullopt;
  return at->value;
}

uint32_t HeapIndex::lower_bound(uint64_t address) const {
  const auto ids = std::views::iota(uint32_t{0}, objects_);
  const auto at = std::ranges::lower_bound(ids, address, {}, [&](uint32_t id) { return this->address(id); });
  return static_cast<uint32_t>(at - ids.begin());
}

uint32_t HeapIndex::find(uint64_t address) const {
  const uint32_t id = lower_bound(address);
  return id < objects_ && this->address(id) == address ? id : kNone;
}

Range HeapIndex::instances(uint32_t type) const {
  const TypeRow& row = types_[type];
  const uint64_t from = std::min<uint64_t>(row.first, objects_);
  return {from, from + std::min(row.count, objects_ - from)};
}

uint32_t HeapIndex::type_of_object(uint32_t object) const {
  const auto at = std::lower_bound(type_of_object_.begin(), type_of_object_.end(), object,
                                   [](const TypeOfObjectRow& row, uint32_t key) { return row.object < key; });
  return at != type_of_object_.end() && at->object == object ? at->type : kNone;
}

std::string_view HeapIndex::text(StringRef ref) const {
  if (ref.offset > strings_.size() || ref.length > strings_.size() - ref.offset) return {};
  return {reinterpret_cast<const char*>(strings_.data()) + ref.offset, ref.length};
}

LruCaches& HeapIndex::lru_caches() const {
  if (!lru_caches_) lru_caches_ = std::make_unique<LruCaches>(*this);
  return *lru_caches_;
}

Namespaces& HeapIndex::namespaces() const {
  if (!namespaces_) namespaces_ = std::make_unique<Namespaces>(*this);
  return *namespaces_;
}

bool HeapIndex::has_type_memory() const {
  return std::ranges::any_of(types(),
                             [](const TypeRow& row) { return row.memory_known + row.memory_unknown != 0; });
}

std::string_view HeapIndex::meta(std::string_view key) const {
  const auto row = std::ranges::find(meta_, key, [&](const MetaRow& row) { return text(row.key); });
  return row == meta_.end() ? std::string_view() : text(row->value);
}

}  // namespace heapdump
