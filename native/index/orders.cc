#include "index/orders.h"

#include <algorithm>
#include <unordered_map>

#include "index/parallel.h"
#include "index/written_column.h"

namespace heapdump {
namespace {

// Sizes below this, nearly all, are sorted by counting.
constexpr uint32_t kCounted = 1 << 16;

void WriteBySize(uint32_t objects, const std::vector<LargeRow>& large_sizes, IndexWriter& writer) {
  const WrittenColumn<uint32_t> size(writer, Section::kSize);
  std::vector<uint32_t> counts(kCounted);
  std::vector<std::pair<uint64_t, uint32_t>> large;
  std::unordered_map<uint64_t, uint64_t> wide;
  for (const LargeRow& row : large_sizes) wide[row.id] = row.value;
  for (uint32_t id = 0; id < objects; id++) {
    if (size[id] < kCounted) {
      counts[size[id]]++;
    } else {
      large.emplace_back(size[id] == kSaturated ? wide[id] : size[id], id);
    }
  }
  std::ranges::stable_sort(large, std::greater{}, [](const auto& pair) { return pair.first; });
  PageArray<uint32_t> order(objects);
  std::ranges::transform(large, order.data(), [](const auto& pair) { return pair.second; });
  uint32_t next = static_cast<uint32_t>(large.size());
  for (uint32_t i = kCounted; i-- > 0;) next += std::exchange(counts[i], next);
  for (uint32_t id = 0; id < objects; id++) {
    if (size[id] < kCounted) order[counts[size[id]]++] = id;
  }
  writer.WriteRows(Section::kBySize, 0, order.data(), order.size());
}

void WriteByType(uint32_t objects, const std::vector<LargeRow>& large_sizes, Tables& tables,
                 IndexWriter& writer) {
  const WrittenColumn<uint32_t> shape(writer, Section::kShape);
  const WrittenColumn<uint32_t> size(writer, Section::kSize);
  std::vector<TypeRow>& types = tables.types();
  for (uint32_t id = 0; id < objects; id++) {
    TypeRow& type = types[tables.TypeOf(shape[id])];
    type.count++;
    if (size[id] != kSaturated) type.size += size[id];
  }
  for (const LargeRow& row : large_sizes) types[tables.TypeOf(shape[row.id])].size += row.value;
  std::vector<uint64_t> next;
  uint64_t first = 0;
  for (TypeRow& type : types) {
    type.first = first;
    next.push_back(first);
    first += type.count;
  }
  PageArray<uint32_t> order(objects);
  for (uint32_t id = 0; id < objects; id++) order[next[tables.TypeOf(shape[id])]++] = id;
  writer.WriteRows(Section::kByType, 0, order.data(), order.size());
}

}  // namespace

void WriteOrders(uint32_t objects, const std::vector<LargeRow>& large_sizes, Tables& tables,
                 IndexWriter& writer) {
  writer.Place(Section::kBySize, uint64_t{objects} * 4);
  writer.Place(Section::kByType, uint64_t{objects} * 4);
  const uint32_t workers = std::min(Workers(), 2u);
  InParallel(workers, [&](uint32_t worker) {
    if (worker == 0) WriteBySize(objects, large_sizes, writer);
    if (worker == workers - 1) WriteByType(objects, large_sizes, tables, writer);
  });
}

}  // namespace heapdump
