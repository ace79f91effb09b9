#include "index/tables.h"

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <stdexcept>

#include "index/greenlet_names.h"
#include "protocol.h"

namespace heapdump {
namespace {

// Ids of shapes below this are looked up in an array.
constexpr uint64_t kDenseShapes = 1 << 20;

uint8_t known_kind(uint8_t kind) { return kind <= HD_REF_OTHER ? kind : static_cast<uint8_t>(HD_REF_OTHER); }

uint8_t tail_kind(uint8_t kind) {
  return static_cast<uint8_t>(known_kind(kind & ~HD_REF_INDEXED) | (kind & HD_REF_INDEXED));
}

// What no process can have is left out: sums stay below 2^64.
bool is_possible(std::initializer_list<uint64_t> values) {
  return std::ranges::all_of(values, [](uint64_t value) { return value < kAddressLimit; });
}

}  // namespace

Tables::Tables(const Definitions& definitions, const AddressIds& ids) : ids_(ids) {
  for (const TypeRecord& record : definitions.types) {
    if (!type_at_.emplace(record.address, types_.size()).second) continue;
    const bool bare = record.module.empty() || record.module == "builtins";
    TypeRow row{};
    row.address = record.address;
    row.flags = record.flags;
    row.name = intern(bare ? record.name : record.module + "." + record.name);
    row.module = intern(record.module);
    row.object = ids.find(record.address);
    types_.push_back(row);
  }
  add_shapes(definitions.shapes);
  for (const RootRecord& root : definitions.roots) {
    const uint32_t object = ids.find(root.address);
    if (object == kNone) continue;
    std::vector<RootRow>& roots = root.kind == HD_ROOT_GREENLET ? greenlets_ : roots_;
    roots.push_back({object, root.kind, intern(root.name)});
  }
  std::ranges::stable_sort(roots_, {}, &RootRow::object);
  std::ranges::stable_sort(greenlets_, {}, &RootRow::object);
  for (const ModuleRecord& module : definitions.modules) {
    modules_.push_back({ids.find(module.address), intern(module.name), intern(module.file)});
  }
  for (const ThreadRecord& thread : definitions.threads) threads_.push_back({thread.id, intern(thread.name)});
  for (const LocalRecord& local : definitions.locals)
    locals_.push_back({local.thread, local.depth, intern(local.name), ids.find(local.address), 0});
  GreenletNames names;
  for (const FrameRecord& frame : definitions.frames) {
    FrameRow row{};
    row.thread = frame.thread;
    row.greenlet = frame.greenlet == 0 ? kNone : ids.find(frame.greenlet);
    row.depth = frame.depth;
    row.line = frame.line;
    row.object = frame.address == 0 ? kNone : ids.find(frame.address);
    row.function = intern(frame.function);
    row.file = intern(frame.file);
    frames_.push_back(row);
    if (row.greenlet != kNone) names.add(row.greenlet, frame.depth, frame.function, frame.file);
  }
  for (RootRow& root : greenlets_) {
    if (const std::string_view name = names.of(root.object); !name.empty()) root.name = intern(name);
  }
  add_suspended(definitions.suspended);
  add_memory(definitions);
  add_type_memory(definitions);
  add_collected(definitions);
}

void Tables::add_collected(const Definitions& definitions) {
  for (const FinalizerRecord& record : definitions.finalizers) {
    if (const auto at = type_at_.find(record.type); at != type_at_.end())
      types_[at->second].finalizer = record.kind;
  }
  for (const uint64_t address : definitions.finalized) {
    if (const uint32_t object = ids_.find(address); object != kNone) finalized_.push_back(object);
  }
  std::ranges::sort(finalized_);
  const auto repeated = std::ranges::unique(finalized_);
  finalized_.erase(repeated.begin(), repeated.end());
  for (const UnreportedRecord& record : definitions.unreported) {
    ShapeRow& shape = shapes_[shape_of(record.shape)];
    // That of row 0 is lost.
    if (&shape == shapes_.data()) continue;
    shape.unreported = record.also;
    for (const uint64_t position : record.positions) {
      if (position < shape.named) fields_[shape.first_field + position].is_unreported = 1;
    }
  }
}

void Tables::add_suspended(const std::vector<SuspendedRecord>& records) {
  for (const SuspendedRecord& record : records) {
    const uint32_t object = ids_.find(record.object);
    if (object == kNone) continue;
    const uint32_t awaited = record.awaited == 0 ? kNone : ids_.find(record.awaited);
    const uint64_t line = record.line > INT32_MAX ? 0 : record.line;
    suspended_.push_back({object, awaited, static_cast<uint32_t>(line), record.has_begun});
  }
  std::ranges::stable_sort(suspended_, {}, &SuspendedRow::object);
  const auto repeated = std::ranges::unique(suspended_, {}, &SuspendedRow::object);
  suspended_.erase(repeated.begin(), repeated.end());
}

void Tables::add_memory(const Definitions& definitions) {
  for (const MappingRecord& record : definitions.mappings) {
    if (!is_possible(
            {record.address, record.size, record.resident, record.anonymous, record.swapped, record.huge}))
      continue;
    mappings_.push_back({.address = record.address,
                         .size = record.size,
                         .resident = record.resident,
                         .anonymous = record.anonymous,
                         .swapped = record.swapped,
                         .huge = record.huge,
                         .path = intern(record.path),
                         .flags = record.flags});
  }
  for (const PoolRecord& record : definitions.pools) {
    if (!is_possible({record.address}) || record.size > UINT32_MAX ||
        std::max({record.block_size, record.blocks}) > UINT16_MAX)
      continue;
    const uint64_t used = std::min(record.used, record.blocks);
    pools_.push_back({.address = record.address,
                      .size = static_cast<uint32_t>(record.size),
                      .block_size = static_cast<uint16_t>(record.block_size),
                      .blocks = static_cast<uint16_t>(record.blocks),
                      .used = static_cast<uint16_t>(used),
                      .objects = static_cast<uint16_t>(std::min(record.objects, used))});
  }
  for (const MallocRecord& record : definitions.mallocs) {
    if (!is_possible({record.address, record.size, record.used, record.free})) continue;
    mallocs_.push_back({.address = record.address,
                        .size = record.size,
                        .used = record.used,
                        .free = record.free,
                        .problem = intern(record.problem),
                        .kind = record.kind});
  }
  std::unordered_map<uint64_t, StringRef> symbols;
  for (const SymbolRecord& record : definitions.symbols) symbols.emplace(record.address, intern(record.name));
  for (const ChunksRecord& record : definitions.chunks) {
    if (!is_possible({record.size, record.first, record.count, record.bytes})) continue;
    const auto symbol = symbols.find(record.first);
    chunks_.push_back({.size = record.size,
                       .first = record.first,
                       .count = record.count,
                       .bytes = record.bytes,
                       .symbol = symbol == symbols.end() ? intern("") : symbol->second,
                       .use = record.use});
  }
  std::ranges::stable_sort(mappings_, {}, &MappingRow::address);
  std::ranges::stable_sort(pools_, {}, &PoolRow::address);
  std::ranges::stable_sort(mallocs_, {}, &MallocRow::address);
  std::ranges::stable_sort(chunks_, std::greater(), &ChunksRow::bytes);
}

void Tables::add_type_memory(const Definitions& definitions) {
  for (const TypeMemoryRecord& record : definitions.type_memory) {
    const auto at = type_at_.find(record.type);
    if (at == type_at_.end() || !is_possible({record.known, record.owned, record.unknown})) continue;
    TypeRow& row = types_[at->second];
    row.memory_known = record.known;
    row.owned = record.owned;
    row.memory_unknown = record.unknown;
  }
  for (const PossibleHolderRecord& record : definitions.possible_holders) {
    const uint32_t holder = ids_.find(record.holder), held = ids_.find(record.held);
    if (holder == kNone || held == kNone || record.offset > UINT32_MAX) continue;
    possible_holders_.push_back({held, holder, static_cast<uint32_t>(record.offset)});
  }
  std::ranges::stable_sort(possible_holders_, {}, &PossibleHolderRow::held);
}

// Those of objects that C code holds, of which no others are looked for.
std::vector<PossibleHolderRow> Tables::holders_of_c() const {
  std::vector<PossibleHolderRow> found;
  for (const PossibleHolderRow& row : possible_holders_) {
    const auto roots = std::ranges::equal_range(added_roots_, row.held, {}, &RootRow::object);
    if (std::ranges::find(roots, HD_ROOT_C, &RootRow::kind) != roots.end()) found.push_back(row);
  }
  return found;
}

void Tables::add_sites(const std::vector<Sites::Site>& sites) {
  const auto clamped = [](uint64_t value) {
    return static_cast<uint32_t>(std::min<uint64_t>(value, UINT32_MAX));
  };
  for (const auto& [total, frames] : sites) {
    const auto row = static_cast<uint32_t>(sites_.size());
    sites_.push_back({static_cast<uint32_t>(site_frames_.size()), static_cast<uint32_t>(frames.size()),
                      std::max(clamped(total), static_cast<uint32_t>(frames.size()))});
    for (const auto& [file, function, line] : frames)
      site_frames_.push_back({intern(file), intern(function), clamped(line), row});
  }
}

void Tables::add_shapes(const std::vector<ShapeRecord>& shapes) {
  shapes_.push_back({.type = type_at(0)});  // row 0: shapes that the dump lost
  has_weak_.push_back(false);
  namespace_position_.push_back(kNone);
  for (const ShapeRecord& record : shapes) {
    const uint32_t row_number = static_cast<uint32_t>(shapes_.size());
    if (!sparse_shapes_.emplace(record.id, row_number).second) continue;
    if (record.id < kDenseShapes) {
      if (record.id >= dense_shapes_.size()) dense_shapes_.resize(record.id + 1);
      dense_shapes_[record.id] = row_number;
    }
    ShapeRow row{};
    row.type = type_at(record.type);
    row.first_field = static_cast<uint32_t>(fields_.size());
    row.named = static_cast<uint32_t>(record.named.size());
    row.tail_count = static_cast<uint8_t>(std::min(record.tail.size(), std::size(row.tail)));
    for (uint8_t i = 0; i < row.tail_count; ++i) row.tail[i] = tail_kind(record.tail[i]);
    shapes_.push_back(row);
    for (const NamedReference& named : record.named)
      fields_.push_back({intern(named.label), known_kind(named.kind), 0});
    bool has_weak = false;
    for (uint64_t i = 0; i < uint64_t{row.named} + row.tail_count; ++i) has_weak |= is_weak(row_number, i);
    has_weak_.push_back(has_weak);
    const auto names = std::ranges::find(record.named, "__dict__", &NamedReference::label);
    const bool found = names != record.named.end();
    namespace_position_.push_back(found ? static_cast<uint32_t>(names - record.named.begin()) : kNone);
  }
}

uint32_t Tables::kind_of(uint32_t shape, uint64_t position) const {
  const ShapeRow& row = shapes_[shape];
  if (position < row.named) return fields_[row.first_field + position].kind;
  if (row.tail_count == 0) return HD_REF_OTHER;
  return row.tail[(position - row.named) % row.tail_count] & ~HD_REF_INDEXED;
}

void Tables::add_root(uint32_t object, uint8_t kind, const std::string& name) {
  added_roots_.push_back({object, kind, intern(name)});
}

uint32_t Tables::type_at(uint64_t address) {
  const auto [at, inserted] = type_at_.emplace(address, types_.size());
  if (inserted) {
    TypeRow row{};
    row.address = address;
    row.name = intern("<unknown>");
    row.object = address == 0 ? kNone : ids_.find(address);
    types_.push_back(row);
  }
  return at->second;
}

StringRef Tables::intern(std::string_view text) {
  const auto [at, inserted] = known_.try_emplace(std::string(text));
  if (inserted) {
    if (strings_.size() + text.size() > UINT32_MAX) throw std::length_error("names of more than 4 GiB");
    at->second = {static_cast<uint32_t>(strings_.size()), static_cast<uint32_t>(text.size())};
    strings_ += text;
  }
  return at->second;
}

void Tables::write(IndexWriter& writer, const LargeValues& large) {
  std::vector<TypeOfObjectRow> type_of_object;
  for (uint32_t type = 0; type < types_.size(); ++type) {
    if (types_[type].object != kNone) type_of_object.push_back({types_[type].object, type});
  }
  std::ranges::sort(type_of_object, {}, &TypeOfObjectRow::object);
  writer.write_small(Section::kFarAddresses, large.far_addresses);
  writer.write_small(Section::kLargeSizes, large.sizes);
  writer.write_small(Section::kLargeRefcounts, large.refcounts);
  writer.write_small(Section::kLargeRetained, large.retained);
  writer.write_small(Section::kTypes, types_);
  writer.write_small(Section::kTypeOfObject, type_of_object);
  writer.write_small(Section::kShapes, shapes_);
  writer.write_small(Section::kFields, fields_);
  std::ranges::stable_sort(added_roots_, {}, &RootRow::object);
  std::vector<RootRow> roots;
  std::ranges::merge(roots_, added_roots_, std::back_inserter(roots), {}, &RootRow::object, &RootRow::object);
  writer.write_small(Section::kRoots, roots);
  writer.write_small(Section::kModules, modules_);
  writer.write_small(Section::kThreads, threads_);
  writer.write_small(Section::kFrames, frames_);
  writer.write_small(Section::kLocals, locals_);
  writer.write_small(Section::kSuspended, suspended_);
  writer.write_small(Section::kFinalized, finalized_);
  writer.write_small(Section::kMappings, mappings_);
  writer.write_small(Section::kPools, pools_);
  writer.write_small(Section::kMallocs, mallocs_);
  writer.write_small(Section::kChunks, chunks_);
  writer.write_small(Section::kPossible, holders_of_c());
  writer.write_small(Section::kSites, sites_);
  writer.write_small(Section::kSiteFrames, site_frames_);
  writer.write_small(Section::kMeta, meta_);
  writer.write_small(Section::kStrings, strings_.data(), strings_.size());
}

}  // namespace heapdump
