#include "index/permutations.h"

#include <algorithm>
#include <functional>

#include "index/descending.h"
#include "index/saturated_column.h"
#include "support/parallel.h"

namespace heapdump {
namespace {

void write_by_type(uint32_t objects, const std::vector<LargeRow>& large_sizes, Tables& tables,
                   IndexWriter& writer) {
  const WrittenSplitColumn shape(writer, Section::kShape);
  const WrittenSplitColumn size(writer, Section::kSize);
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

void place_descending(uint32_t objects, Section section, IndexWriter& writer) {
  writer.place(section, uint64_t{std::min(objects, kRanked)} * sizeof(uint32_t));
}

void write_descending(uint32_t objects, Section values, const std::vector<LargeRow>& large, Section section,
                      IndexWriter& writer) {
  const SaturatedColumn value(writer, values, large);
  const PageArray<uint32_t> ids = ids_descending(objects, kRanked, std::cref(value));
  writer.write_rows(section, 0, ids.data(), ids.size());
}

void write_permutations(uint32_t objects, const std::vector<LargeRow>& large_sizes, Tables& tables,
                        IndexWriter& writer) {
  place_descending(objects, Section::kBySize, writer);
  writer.place(Section::kByType, uint64_t{objects} * 4);
  const uint32_t workers = std::min(worker_count(), 2u);
  in_parallel(workers, [&](uint32_t worker) {
    if (worker == 0) write_descending(objects, Section::kSize, large_sizes, Section::kBySize, writer);
    if (worker == workers - 1) write_by_type(objects, large_sizes, tables, writer);
  });
}

}  // namespace heapdump
