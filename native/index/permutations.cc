#include "index/permutations.h"

#include <algorithm>
#include <unordered_map>

#include "support/parallel.h"

namespace heapdump {
namespace {

void write_by_type(uint32_t objects, const std::vector<LargeRow>& large_sizes, Tables& tables,
                   IndexWriter& writer) {
  const WrittenColumn<uint32_t> shape(writer, Section::kShape);
  const WrittenColumn<uint32_t> size(writer, Section::kSize);
  std::vector<TypeRow>& types = tables.types();
  for (uint32_t id = 0; id < objects; ++id) {
    TypeRow& type = types[tables.type_of(shape[id])];
    type.count++;
    if (size[id] != kSaturated) type.size += size[id];
  }
  for (const LargeRow& row : large_sizes) types[tables.type_of(shape[row.id])].size += row.value;
  std::vector<uint64_t> next;
  uint64_t first = 0;
  for (TypeRow& type : types) {
    type.first = first;
    next.push_back(first);
    first += type.count;
  }
  PageArray<uint32_t> order(objects);
  for (uint32_t id = 0; id < objects; ++id) order[next[tables.type_of(shape[id])]++] = id;
  writer.write_rows(Section::kByType, 0, order.data(), order.size());
}

}  // namespace

void write_descending(uint32_t objects, const WrittenColumn<uint32_t>& value,
                      const std::vector<LargeRow>& large, Section section, IndexWriter& writer) {
  constexpr uint32_t kCounted = 1 << 16;  // values below this, nearly all, are sorted by counting
  std::vector<uint32_t> counts(kCounted);
  std::vector<std::pair<uint64_t, uint32_t>> few;
  std::unordered_map<uint64_t, uint64_t> wide;
  for (const LargeRow& row : large) wide[row.id] = row.value;
  for (uint32_t id = 0; id < objects; ++id) {
    if (value[id] < kCounted) {
      counts[value[id]]++;
    } else {
      few.emplace_back(value[id] == kSaturated ? wide[id] : value[id], id);
    }
  }
  std::ranges::stable_sort(few, std::greater{}, [](const auto& pair) { return pair.first; });
  PageArray<uint32_t> order(objects);
  std::ranges::transform(few, order.data(), [](const auto& pair) { return pair.second; });
  uint32_t next = static_cast<uint32_t>(few.size());
  for (uint32_t i = kCounted; i-- > 0;) next += std::exchange(counts[i], next);
  for (uint32_t id = 0; id < objects; ++id) {
    if (value[id] < kCounted) order[counts[value[id]]++] = id;
  }
  writer.write_rows(section, 0, order.data(), order.size());
}

void write_orders(uint32_t objects, const std::vector<LargeRow>& large_sizes, Tables& tables,
                  IndexWriter& writer) {
  writer.place(Section::kBySize, uint64_t{objects} * 4);
  writer.place(Section::kByType, uint64_t{objects} * 4);
  const uint32_t workers = std::min(worker_count(), 2u);
  in_parallel(workers, [&](uint32_t worker) {
    if (worker == 0) {
      const WrittenColumn<uint32_t> size(writer, Section::kSize);
      write_descending(objects, size, large_sizes, Section::kBySize, writer);
    }
    if (worker == workers - 1) write_by_type(objects, large_sizes, tables, writer);
  });
}

}  // namespace heapdump
