#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dump/read_dump.h"
#include "index/address_ids.h"
#include "index/index_format.h"
#include "index/index_writer.h"
#include "index/sites.h"
#include "protocol.h"

namespace heapdump {

// The small sections of the index: types, shapes and all that a dump has few of.
class Tables {
 public:
  Tables(const Definitions& definitions, const AddressIds& ids);

  // Row of shapes for the id that an object gives; a row of its own for shapes that the dump lost.
  uint32_t shape_of(uint32_t id) const {
    if (id < dense_shapes_.size()) [[likely]]
      return dense_shapes_[id];
    const auto at = sparse_shapes_.find(id);
    return at == sparse_shapes_.end() ? 0 : at->second;
  }
  uint32_t type_of(uint32_t shape) const { return shapes_[shape].type; }
  uint32_t shapes() const { return static_cast<uint32_t>(shapes_.size()); }
  std::vector<TypeRow>& types() { return types_; }
  const std::vector<TypeRow>& types() const { return types_; }
  // Without those that are found out: of C code, and of greenlets.
  const std::vector<RootRow>& roots() const { return roots_; }
  // In the order of sys.modules.
  const std::vector<ModuleRow>& modules() const { return modules_; }
  std::string_view text(StringRef ref) const {
    return std::string_view(strings_).substr(ref.offset, ref.length);
  }
  // Suspended greenlets, which are roots if no other reaches them.
  const std::vector<RootRow>& greenlets() const { return greenlets_; }

  // Where an object of that shape refers to its `__dict__`; kNone if it has none.
  uint32_t namespace_position(uint32_t shape) const { return namespace_position_[shape]; }
  bool has_weak(uint32_t shape) const { return has_weak_[shape]; }
  // hd_reference_kind of a reference of an object of that shape.
  uint32_t kind_of(uint32_t shape, uint64_t position) const;
  // Whether it does not count.
  bool is_weak(uint32_t shape, uint64_t position) const { return kind_of(shape, position) == HD_REF_WEAK; }

  void add_root(uint32_t object, uint8_t kind, const std::string& name);
  void add_root(const RootRow& row) { added_roots_.push_back(row); }

  template <typename Predicate>
  void remove_roots(Predicate predicate) {
    std::erase_if(roots_, predicate);
  }

  void add_sites(const std::vector<Sites::Site>& sites);
  void add_meta(const std::string& key, const std::string& value) {
    meta_.push_back({intern(key), intern(value)});
  }
  void write(IndexWriter& writer, const LargeValues& large);

 private:
  StringRef intern(std::string_view text);
  uint32_t type_at(uint64_t address);
  void add_memory(const Definitions& definitions);
  void add_suspended(const std::vector<SuspendedRecord>& records);
  void add_type_memory(const Definitions& definitions);
  void add_collected(const Definitions& definitions);
  std::vector<PossibleHolderRow> holders_of_c() const;
  void add_shapes(const std::vector<ShapeRecord>& shapes);

  const AddressIds& ids_;
  std::vector<TypeRow> types_;
  std::unordered_map<uint64_t, uint32_t> type_at_;
  std::vector<ShapeRow> shapes_;
  std::vector<FieldRow> fields_;
  std::vector<bool> has_weak_;                // by row of shapes
  std::vector<uint32_t> namespace_position_;  // by row of shapes
  std::vector<uint32_t> dense_shapes_;
  std::unordered_map<uint64_t, uint32_t> sparse_shapes_;
  std::vector<RootRow> roots_;      // by object
  std::vector<RootRow> greenlets_;  // by object
  std::vector<RootRow> added_roots_;
  std::vector<ModuleRow> modules_;
  std::vector<ThreadRow> threads_;
  std::vector<FrameRow> frames_;
  std::vector<LocalRow> locals_;
  std::vector<SuspendedRow> suspended_;  // by object
  std::vector<uint32_t> finalized_;      // in order
  std::vector<MappingRow> mappings_;
  std::vector<PoolRow> pools_;
  std::vector<MallocRow> mallocs_;
  std::vector<ChunksRow> chunks_;
  std::vector<PossibleHolderRow> possible_holders_;  // by held
  std::vector<SiteRow> sites_;
  std::vector<SiteFrameRow> site_frames_;
  std::vector<MetaRow> meta_;
  std::string strings_;
  std::unordered_map<std::string, StringRef> known_;
};

}  // namespace heapdump
