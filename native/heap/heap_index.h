#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dump/decoded_dump.h"
#include "dump/dump_source.h"
#include "index/index_format.h"
#include "index/split_rows.h"
#include "protocol.h"

namespace heapdump {

struct Content {
  std::string_view bytes;
  bool is_text;  // a str's own text, else as Python would show the object
  bool cut;
};

struct Reference {
  uint32_t source;
  uint32_t position;
};

// The range of rows that belong to an object.
struct Range {
  uint64_t begin;
  uint64_t end;
  uint64_t size() const { return end - begin; }
};

class PathUp;
class DominatorsUp;
class Namespaces;
class LruCaches;

// An index that is open: columns mapped from its file. Damage of the columns never leads outside of them;
// damage of the header and of the small sections is found when opening.
class HeapIndex {
 public:
  // Throws Error(kUnreadable).
  explicit HeapIndex(const std::string& path);
  ~HeapIndex();
  HeapIndex(const HeapIndex&) = delete;
  HeapIndex& operator=(const HeapIndex&) = delete;

  const IndexHeader& header() const { return *header_; }
  // Whether it is the index of that dump as it is now.
  bool is_of(const FileStamp& dump, std::string_view id) const;

  uint32_t objects() const { return objects_; }
  uint64_t references() const { return header_->references; }
  uint64_t positions() const { return edge_to_.size(); }

  uint64_t address(uint32_t id) const {
    const uint32_t units = address_delta_[id];
    return units != kSaturated ? address_base_[id / kBlock] + uint64_t{units} * 8
                               : large(id, far_addresses_).value_or(0);
  }
  uint64_t size(uint32_t id) const {
    return size_[id] != kSaturated ? size_[id] : large(id, large_sizes_).value_or(kSaturated);
  }
  // Of an object that is not immortal.
  uint64_t refcount(uint32_t id) const {
    return refcount_[id] != UINT16_MAX ? refcount_[id] : large(id, large_refcounts_).value_or(UINT16_MAX);
  }
  bool is_immortal(uint32_t id) const {
    return (flags(id) & HD_IMMORTAL) != 0 || refcount(id) >= kNeverReached;
  }
  uint8_t flags(uint32_t id) const { return flags_[id]; }
  const ShapeRow& shape(uint32_t id) const;
  std::span<const ShapeRow> shapes() const { return shapes_; }
  // Row of shapes(); their number if the index is damaged.
  uint32_t shape_row(uint32_t id) const {
    return std::min(shape_[id], static_cast<uint32_t>(shapes_.size()));
  }
  // Row of types().
  uint32_t type(uint32_t id) const { return shape(id).type; }
  std::optional<Content> content(uint32_t id) const;

  // The positions of an object, as rows that target() takes.
  Range positions(uint32_t id) const { return range_of(edge_base_, edge_delta_, id, edge_to_.size()); }
  // kNone if the position holds no reference.
  uint32_t target(uint64_t row) const { return checked(edge_to_[row]); }
  // The references to an object, as rows that referrer() takes.
  Range referrers(uint32_t id) const {
    return range_of(referrer_base_, referrer_delta_, id, referrer_source_.size());
  }
  // Its source is kNone if the index is damaged.
  Reference referrer(uint64_t row) const { return {checked(referrer_source_[row]), referrer_position_[row]}; }
  // hd_reference_kind of the reference at a position of an object.
  uint8_t kind(uint32_t id, uint64_t position) const;

  // First id whose address is not below; objects() if there is none.
  uint32_t lower_bound(uint64_t address) const;
  // kNone if no object has the address.
  uint32_t find(uint64_t address) const;

  uint32_t by_type(uint64_t rank) const { return checked(by_type_[rank]); }
  // Of the first ranks, the largest first.
  uint32_t ranked() const { return std::min(objects_, kRanked); }
  uint32_t by_size(uint64_t rank) const { return checked(by_size_[rank]); }
  uint32_t by_retained(uint64_t rank) const { return checked(by_retained_[rank]); }

  // Bytes that go with the object, its own among them.
  uint64_t retained(uint32_t id) const {
    return retained_[id] != kSaturated ? retained_[id] : large(id, large_retained_).value_or(kSaturated);
  }
  // kNone at the top and for garbage.
  uint32_t dominator(uint32_t id) const { return checked(dominator_[id]); }
  bool is_garbage(uint32_t id) const { return path_parent_[id] == kNone; }
  // The holder on the path from a root; the object itself where the path begins, kNone for garbage.
  uint32_t path_parent(uint32_t id) const { return checked(path_parent_[id]); }
  // The objects on that path (heap/path_up.h).
  PathUp path_up(uint32_t id) const;
  // The object and its dominators (heap/path_up.h).
  DominatorsUp dominators_up(uint32_t id) const;
  // References on that path.
  uint32_t depth(uint32_t id) const { return depth_[id]; }
  std::span<const TypeRow> types() const { return types_; }
  // The full name of an object's type: `collections.deque`, `list`.
  std::string_view type_name(uint32_t id) const { return text(types_[type(id)].name); }
  // The instances of a type, as ranks that by_type() takes.
  Range instances(uint32_t type) const;
  // Row of types() of a type object, or kNone.
  uint32_t type_of_object(uint32_t object) const;

  std::span<const FieldRow> fields() const { return fields_; }
  std::span<const RootRow> roots() const { return roots_; }
  std::span<const ModuleRow> modules() const { return modules_; }
  std::span<const ThreadRow> threads() const { return threads_; }
  std::span<const FrameRow> frames() const { return frames_; }
  std::span<const LocalRow> locals() const { return locals_; }
  // By object.
  std::span<const SuspendedRow> suspended() const { return suspended_; }
  // nullptr if the object is not suspended, or that is not known.
  const SuspendedRow* suspended(uint32_t id) const;
  // Whether the collector has run the finalizer of an object.
  bool is_finalized(uint32_t id) const { return std::ranges::binary_search(finalized_, id); }
  // Whether the dump tells what a collection goes by: finalizers, and what tp_traverse reports.
  bool tells_collection() const { return meta("collection") == "known"; }
  // By address.
  std::span<const MappingRow> mappings() const { return mappings_; }
  std::span<const PoolRow> pools() const { return pools_; }
  std::span<const MallocRow> mallocs() const { return mallocs_; }
  // Those of most bytes first.
  std::span<const ChunksRow> chunks() const { return chunks_; }
  // Whether the types tell what their objects own besides themselves.
  bool has_type_memory() const;
  std::span<const PossibleHolderRow> possible_holders() const { return possible_holders_; }
  // Where an object was allocated: row of sites(), or kNone if that is not known.
  uint32_t site(uint32_t id) const {
    const uint32_t row = site_.empty() ? 0 : site_[id];
    return row - 1 < sites_.size() ? row - 1 : kNone;
  }
  std::span<const SiteRow> sites() const { return sites_; }
  // All of them, those of a site one after another.
  std::span<const SiteFrameRow> site_frames() const { return site_frames_; }
  // The frames of a site, innermost first; at least one.
  std::span<const SiteFrameRow> site_frames(uint32_t site) const {
    return site_frames_.subspan(sites_[site].first_frame, sites_[site].frames);
  }
  std::span<const MetaRow> meta() const { return meta_; }
  // The value under a key; empty if the dump has none.
  std::string_view meta(std::string_view key) const;
  std::string_view text(StringRef ref) const;

  // Made when it is first asked for, and kept. For one thread at a time.
  Namespaces& namespaces() const;
  LruCaches& lru_caches() const;

 private:
  template <typename T>
  std::span<const T> rows(Section section) const;
  template <typename T>
  std::span<const T> rows(Section section, uint64_t count) const;
  SplitRows split(Section section, uint64_t count) const;
  Range range_of(std::span<const uint64_t> base, const SplitRows& delta, uint32_t id, uint64_t end) const;
  uint32_t checked(uint32_t id) const { return id < objects_ ? id : kNone; }
  static std::optional<uint64_t> large(uint32_t id, std::span<const LargeRow> large);
  void check_small_sections() const;
  void map_columns();

  std::string path_;
  const uint8_t* data_ = nullptr;
  uint64_t bytes_ = 0;
  const IndexHeader* header_ = nullptr;
  uint32_t objects_ = 0;
  std::span<const uint64_t> address_base_, content_base_, edge_base_, referrer_base_;
  SplitRows address_delta_, shape_, size_, content_delta_, edge_delta_, referrer_delta_, referrer_position_,
      retained_, depth_;
  std::span<const uint32_t> edge_to_, referrer_source_, by_size_, by_type_, dominator_, by_retained_,
      path_parent_, site_;
  std::span<const uint16_t> refcount_;
  std::span<const uint8_t> flags_, content_, strings_;
  std::span<const LargeRow> far_addresses_, large_sizes_, large_refcounts_, large_retained_;
  std::span<const TypeRow> types_;
  std::span<const TypeOfObjectRow> type_of_object_;
  std::span<const ShapeRow> shapes_;
  std::span<const FieldRow> fields_;
  std::span<const RootRow> roots_;
  std::span<const ModuleRow> modules_;
  std::span<const ThreadRow> threads_;
  std::span<const FrameRow> frames_;
  std::span<const LocalRow> locals_;
  std::span<const SuspendedRow> suspended_;
  std::span<const uint32_t> finalized_;
  std::span<const MappingRow> mappings_;
  std::span<const PoolRow> pools_;
  std::span<const MallocRow> mallocs_;
  std::span<const ChunksRow> chunks_;
  std::span<const PossibleHolderRow> possible_holders_;
  std::span<const SiteRow> sites_;
  std::span<const SiteFrameRow> site_frames_;
  std::span<const MetaRow> meta_;
  mutable std::unique_ptr<Namespaces> namespaces_;
  mutable std::unique_ptr<LruCaches> lru_caches_;
};

}  // namespace heapdump
