#include "index/build_index.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <new>
#include <optional>

#include "index/columns.h"
#include "index/heap_index.h"
#include "index/held_from_c.h"
#include "index/orders.h"
#include "index/parallel.h"
#include "index/referrers.h"
#include "index/retained.h"
#include "index/root_paths.h"
#include "support/error.h"

namespace heapdump {
namespace {

class Stopwatch {
 public:
  explicit Stopwatch(std::vector<StageTime>* times) : times_(times) {}
  void Lap(const char* stage) {
    const auto now = std::chrono::steady_clock::now();
    if (times_ != nullptr) times_->push_back({stage, std::chrono::duration<double>(now - last_).count()});
    last_ = now;
  }

 private:
  std::vector<StageTime>* times_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// Which dump it is, cut to what the header of an index holds of it; empty where the dump does not say.
std::string DumpId(const Pairs& meta) {
  const auto id = std::ranges::find(meta, "dump_id", &Pairs::value_type::first);
  return id == meta.end() ? "" : id->second.substr(0, sizeof IndexHeader::dump_id);
}

std::optional<IndexSummary> Current(const std::string& index, const FileStamp& stamp, const std::string& id) {
  try {
    const HeapIndex present(index);
    if (!present.IsOf(stamp, id)) return std::nullopt;
    const IndexHeader& header = present.header();
    return IndexSummary{false, header.objects, header.references, header.complete != 0};
  } catch (const Error&) {
    return std::nullopt;
  }
}

// Whether what a reference count has beyond the references of the dump is held by C code: a script counts,
// too, and sees fewer references.
bool CountsTellOfC(const RawHeap& heap) {
  const auto mode = std::ranges::find(heap.meta, "mode", &Pairs::value_type::first);
  return heap.complete && mode != heap.meta.end() && (mode->second == "fork" || mode->second == "stop");
}

// The columns of the paths from roots and of who dominates whom.
void WriteWhatHolds(uint32_t objects, const Held& held, LargeValues& large, const Tables& tables,
                    IndexWriter& writer) {
  PlaceRetained(objects, writer);
  PlaceRootPaths(objects, writer);
  const HoldGraph graph(objects, writer, tables, held.rooted);
  const uint32_t workers = std::min(Workers(), 2u);
  InParallel(workers, [&](uint32_t worker) {
    if (worker == 0) large.retained = WriteRetained(graph, held, large.sizes, writer);
    if (worker == workers - 1) WriteRootPaths(graph, held, tables.roots(), writer);
  });
}

IndexSummary Build(DumpSource& source, const std::string& index, const Progress& progress, Stopwatch& watch) {
  const auto share = [&](double from, double to) {
    return [&progress, from, to](double done) { progress(from + (to - from) * done); };
  };
  RawHeap heap = ReadDump(source, share(0, 0.5));
  watch.Lap("decode");
  IndexWriter writer(index);
  AddressIds ids;
  Numbering numbering = NumberObjects(heap, ids);
  Tables tables(heap.definitions, ids);
  watch.Lap("number");
  ColumnTotals totals = WriteColumns(heap, numbering, ids, tables, writer, share(0.5, 0.65));
  watch.Lap("columns");

  const uint32_t objects = static_cast<uint32_t>(numbering.objects.size());
  const uint64_t positions = numbering.positions;
  const uint64_t duplicates = numbering.duplicates;
  const bool exact = CountsTellOfC(heap);
  heap.parts.clear();
  heap.continued.clear();
  numbering = {};
  WriteReferrers(objects, positions, totals.references, writer, share(0.65, 0.75));
  watch.Lap("referrers");
  LargeValues& large = totals.large;
  WriteOrders(objects, large.sizes, tables, writer);
  watch.Lap("orders");
  const Held held =
      FindHeld(objects, {std::move(totals.weak_targets), large.refcounts}, exact, writer, tables);
  watch.Lap("roots");
  WriteWhatHolds(objects, held, large, tables, writer);
  watch.Lap("holders");

  IndexHeader header{};
  header.dump_size = source.stamp().size;
  header.dump_modified_ns = source.stamp().modified_ns;
  header.objects = objects;
  header.references = totals.references;
  header.complete = heap.complete;
  DumpId(heap.meta).copy(header.dump_id, sizeof header.dump_id);
  for (const auto& [key, value] : heap.meta) tables.AddMeta(key, value);
  tables.AddMeta("complete", heap.complete ? "true" : "false");
  tables.AddMeta("indexed_objects", std::to_string(objects));
  tables.AddMeta("indexed_references", std::to_string(totals.references));
  tables.AddMeta("damaged_chunks", std::to_string(heap.damaged));
  tables.AddMeta("duplicate_objects", std::to_string(duplicates));
  tables.AddMeta("dangling_references", std::to_string(totals.dangling));
  tables.Write(writer, large);
  writer.Finish(header);
  watch.Lap("finish");
  return {true, header.objects, header.references, heap.complete};
}

}  // namespace

IndexSummary EnsureIndex(const std::string& dump, const std::string& index, const Progress& progress,
                         std::vector<StageTime>* times) {
  std::unique_ptr<DumpSource> source = DumpSource::Open(dump);
  const std::string id = DumpId(ChunkReader(*source).meta());
  if (const auto current = Current(index, source->stamp(), id)) return *current;
  source = DumpSource::Open(dump);
  Stopwatch watch(times);
  try {
    const IndexSummary summary = Build(*source, index, progress, watch);
    progress(1);
    return summary;
  } catch (const std::bad_alloc&) {
    throw Error(ExitCode::kUsage, dump + ": there is not enough memory to index it");
  } catch (const std::length_error& error) {
    throw Error(ExitCode::kUnreadable, dump + ": holds more than can be indexed: " + error.what());
  }
}

}  // namespace heapdump
