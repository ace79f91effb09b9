#include "index/columns.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stdexcept>
#include <unordered_map>

#include "protocol.h"
#include "support/cursor.h"
#include "support/parallel.h"

namespace heapdump {
namespace {

constexpr uint32_t kRun = Numbering::kRun;
constexpr int kWorkerShift = 30;
constexpr uint32_t kPlaceMask = (1u << kWorkerShift) - 1;
static_assert(kRun % kBlock == 0);

std::string_view content_of(const DecodedObject& object) {
  if (object.content == nullptr) return {};
  // The decoder has read it before: a length of up to ten bytes, and as many bytes as it says.
  return Cursor(object.content, object.content + (size_t{1} << 40)).string();
}

// The buffers of one run of ids, column by column.
class Run {
 public:
  void fill(const DecodedDump& heap, const Numbering& numbering, const AddressIds& ids, const Tables& tables,
            uint32_t run, ColumnTotals& totals) {
    first_ = run * kRun;
    count_ = std::min<uint64_t>(kRun, numbering.objects.size() - first_);
    clear();
    const uint32_t* order = numbering.objects.data() + first_;
    const auto object_at = [&](uint32_t i) -> const DecodedObject& {
      return heap.parts[order[i] >> kWorkerShift].objects[order[i] & kPlaceMask];
    };
    for (uint32_t i = 0; i < count_; ++i) {
      if (i + 24 < count_) __builtin_prefetch(&object_at(i + 24));
      if (i + 12 < count_) {
        const DecodedObject& soon = object_at(i + 12);
        __builtin_prefetch(heap.parts[order[i + 12] >> kWorkerShift].references.data() +
                           soon.first_reference);
        if (soon.content != nullptr) __builtin_prefetch(soon.content);
      }
      if (i + 4 < count_) prefetch_targets(heap, ids, order[i + 4] >> kWorkerShift, object_at(i + 4));
      const DecodedObject& object = object_at(i);
      const std::string_view content = content_of(object);
      content_offset_.push_back(content_.size());
      content_.insert(content_.end(), content.begin(), content.end());
      edge_offset_.push_back(edges_.size());
      heap.references(order[i] >> kWorkerShift, object, [&](std::span<const uint64_t> references) {
        for (const uint64_t address : references) {
          const uint32_t target = address == 0 ? kNone : ids.find(address);
          totals.references += target != kNone;
          totals.dangling += address != 0 && target == kNone;
          edges_.push_back(target);
        }
      });
      add_address(address_of(object), first_ + i, totals);
      const uint32_t shape = tables.shape_of(object.shape);
      shape_.push_back(shape);
      if (tables.has_weak(shape)) add_weak(tables, shape, totals);
      size_.push_back(object.size);
      flags_.push_back(flags_of(object));
      if (object.size == kSaturated) totals.large.sizes.push_back({first_ + i, kSaturated});
      add_refcount(object, first_ + i, totals);
    }
    if (first_ + count_ == numbering.objects.size()) {  // the last run holds the end of the last object, too
      content_offset_.push_back(content_.size());
      edge_offset_.push_back(edges_.size());
    }
  }

  void write(IndexWriter& writer, uint64_t content_before, uint64_t positions_before) {
    writer.write_rows(Section::kAddressBase, first_ / kBlock, address_base_.data(), address_base_.size());
    writer.write_split(Section::kAddressDelta, first_, address_delta_);
    writer.write_split(Section::kShape, first_, shape_);
    writer.write_split(Section::kSize, first_, size_);
    writer.write_rows(Section::kRefcount, first_, refcount_.data(), count_);
    writer.write_rows(Section::kFlags, first_, flags_.data(), count_);
    writer.write_rows(Section::kContent, content_before, content_.data(), content_.size());
    writer.write_rows(Section::kEdgeTo, positions_before, edges_.data(), edges_.size());
    write_offsets(writer, Section::kContentBase, Section::kContentDelta, first_, content_before,
                  content_offset_);
    write_offsets(writer, Section::kEdgeBase, Section::kEdgeDelta, first_, positions_before, edge_offset_);
  }

 private:
  static void prefetch_targets(const DecodedDump& heap, const AddressIds& ids, uint32_t worker,
                               const DecodedObject& object) {
    if ((object.address & kContinued) != 0) return;
    const uint64_t* references = heap.parts[worker].references.data() + object.first_reference;
    for (uint32_t i = 0; i < object.references && i < 8; ++i) ids.prefetch(references[i]);
  }

  void add_address(uint64_t address, uint64_t id, ColumnTotals& totals) {
    if (id % kBlock == 0) address_base_.push_back(address);
    const uint64_t units = (address - address_base_.back()) / 8;
    if (units >= kSaturated) totals.large.far_addresses.push_back({id, address});
    address_delta_.push_back(static_cast<uint32_t>(std::min<uint64_t>(units, kSaturated)));
  }

  void add_refcount(const DecodedObject& object, uint64_t id, ColumnTotals& totals) {
    const bool fits = object.refcount < UINT16_MAX;
    refcount_.push_back(fits ? static_cast<uint16_t>(object.refcount) : UINT16_MAX);
    if (!fits && (flags_of(object) & HD_IMMORTAL) == 0)
      totals.large.refcounts.push_back({id, object.refcount});
  }

  // Of the object whose references were the last to come.
  void add_weak(const Tables& tables, uint32_t shape, ColumnTotals& totals) {
    const uint64_t first = edge_offset_.back();
    for (uint64_t e = first; e < edges_.size(); ++e) {
      if (edges_[e] != kNone && tables.is_weak(shape, e - first)) totals.weak_targets.push_back(edges_[e]);
    }
  }

  void clear() {
    for (auto* column : {&shape_, &size_, &address_delta_, &edges_}) column->clear();
    for (auto* column : {&address_base_, &content_offset_, &edge_offset_}) column->clear();
    refcount_.clear();
    flags_.clear();
    content_.clear();
  }

  uint64_t first_ = 0;
  uint64_t count_ = 0;
  std::vector<uint64_t> address_base_, content_offset_, edge_offset_;
  std::vector<uint32_t> address_delta_, shape_, size_, edges_;
  std::vector<uint16_t> refcount_;
  std::vector<uint8_t> flags_, content_;
};

void place_columns(const Numbering& numbering, IndexWriter& writer) {
  const uint64_t n = numbering.objects.size();
  writer.place(Section::kAddressBase, (n + kBlock - 1) / kBlock * 8);
  writer.place_split(Section::kAddressDelta, n);
  writer.place_split(Section::kShape, n);
  writer.place_split(Section::kSize, n);
  writer.place(Section::kRefcount, n * 2);
  writer.place(Section::kFlags, n);
  place_offsets(writer, Section::kContentBase, Section::kContentDelta, n);
  writer.place(Section::kContent, numbering.content_bytes);
  place_offsets(writer, Section::kEdgeBase, Section::kEdgeDelta, n);
  writer.place(Section::kEdgeTo, numbering.positions * 4);
}

// Gives rows whose values did not fit the decoder's fields either these values; sorts the rows.
void resolve_saturated(std::vector<LargeRow>& rows, const DecodedDump& heap, const Numbering& numbering,
                       std::vector<LargeValue> DecodedPart::*values) {
  std::unordered_map<uint64_t, uint64_t> by_address;
  for (const DecodedPart& part : heap.parts) {
    for (const LargeValue& large : part.*values) by_address.emplace(large.address, large.value);
  }
  for (LargeRow& row : rows) {
    if (row.value != kSaturated) continue;
    const uint32_t packed = numbering.objects[row.id];
    row.value = by_address[address_of(heap.parts[packed >> kWorkerShift].objects[packed & kPlaceMask])];
  }
  std::ranges::sort(rows, {}, &LargeRow::id);
}

template <typename T>
void append(std::vector<T>& all, const std::vector<T>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

void place_offsets(IndexWriter& writer, Section base, Section delta, uint64_t objects) {
  writer.place(base, objects / kBlock * 8 + 8);
  writer.place_split(delta, objects + 1);
}

void write_offsets(IndexWriter& writer, Section base, Section delta, uint64_t first, uint64_t before,
                   std::span<const uint64_t> offsets) {
  std::vector<uint64_t> bases;
  std::vector<uint32_t> deltas(offsets.size());
  for (size_t i = 0; i < offsets.size(); ++i) {
    if (i % kBlock == 0) bases.push_back(offsets[i]);
    const uint64_t difference = offsets[i] - bases.back();
    if (difference > UINT32_MAX) throw std::length_error("more than 2^32 references of neighbouring objects");
    deltas[i] = static_cast<uint32_t>(difference);
  }
  for (uint64_t& offset : bases) offset += before;
  writer.write_rows(base, first / kBlock, bases.data(), bases.size());
  writer.write_split(delta, first, deltas);
}

Numbering number_objects(DecodedDump& heap, AddressIds& ids) {
  Numbering numbering;
  for (const ChunkRange& range : heap.ranges) {
    PageArray<DecodedObject>& objects = heap.parts[range.worker].objects;
    if (range.last > kPlaceMask) throw std::length_error("more than 2^30 objects");
    for (uint64_t i = range.first; i < range.last; ++i) {
      if (!ids.mark(address_of(objects[i]))) {
        objects[i].dropped = 1;
        numbering.duplicates++;
      }
    }
  }
  const uint32_t n = ids.assign_ids();
  numbering.objects.resize(n);
  const uint64_t runs = (uint64_t{n} + kRun - 1) / kRun;
  std::vector<std::vector<uint64_t>> positions(heap.parts.size(), std::vector<uint64_t>(runs));
  std::vector<std::vector<uint64_t>> content = positions;
  in_parallel(static_cast<uint32_t>(heap.parts.size()), [&](uint32_t worker) {
    const PageArray<DecodedObject>& objects = heap.parts[worker].objects;
    for (uint64_t i = 0; i < objects.size(); ++i) {
      const DecodedObject& object = objects[i];
      if (object.dropped) continue;
      const uint32_t id = ids.find(address_of(object));
      numbering.objects[id] = worker << kWorkerShift | static_cast<uint32_t>(i);
      positions[worker][id / kRun] += object.references;
      content[worker][id / kRun] += content_of(object).size();
    }
  });
  for (uint64_t run = 0; run < runs; ++run) {
    numbering.positions_before.push_back(numbering.positions);
    numbering.content_before.push_back(numbering.content_bytes);
    for (uint32_t worker = 0; worker < heap.parts.size(); ++worker) {
      numbering.positions += positions[worker][run];
      numbering.content_bytes += content[worker][run];
    }
  }
  return numbering;
}

ColumnTotals write_columns(const DecodedDump& heap, const Numbering& numbering, const AddressIds& ids,
                           const Tables& tables, IndexWriter& writer, const Progress& progress) {
  place_columns(numbering, writer);
  const uint32_t runs = static_cast<uint32_t>(numbering.positions_before.size());
  ColumnTotals all;
  std::atomic<uint32_t> next = 0;
  std::mutex mutex;
  in_parallel(worker_count(), [&](uint32_t) {
    Run run;
    ColumnTotals totals;
    for (uint32_t i; (i = next++) < runs;) {
      run.fill(heap, numbering, ids, tables, i, totals);
      run.write(writer, numbering.content_before[i], numbering.positions_before[i]);
      const std::lock_guard lock(mutex);
      progress(static_cast<double>(i + 1) / runs);
    }
    const std::lock_guard lock(mutex);
    all.references += totals.references;
    all.dangling += totals.dangling;
    append(all.large.far_addresses, totals.large.far_addresses);
    append(all.large.sizes, totals.large.sizes);
    append(all.large.refcounts, totals.large.refcounts);
    append(all.weak_targets, totals.weak_targets);
  });
  if (runs == 0) {
    write_offsets(writer, Section::kContentBase, Section::kContentDelta, 0, 0, std::vector<uint64_t>{0});
    write_offsets(writer, Section::kEdgeBase, Section::kEdgeDelta, 0, 0, std::vector<uint64_t>{0});
  }
  resolve_saturated(all.large.sizes, heap, numbering, &DecodedPart::large_sizes);
  resolve_saturated(all.large.refcounts, heap, numbering, &DecodedPart::large_refcounts);
  std::ranges::sort(all.large.far_addresses, {}, &LargeRow::id);
  return all;
}

}  // namespace heapdump
