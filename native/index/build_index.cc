#include "index/build_index.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>
#include <new>
#include <optional>

#include "heap/heap_index.h"
#include "index/columns.h"
#include "index/held_by_c.h"
#include "index/lost_greenlets.h"
#include "index/permutations.h"
#include "index/referrers.h"
#include "index/retained.h"
#include "index/root_paths.h"
#include "index/sites.h"
#include "protocol.h"
#include "support/error.h"
#include "support/parallel.h"

namespace heapdump {
namespace {

class Stopwatch {
 public:
  explicit Stopwatch(std::vector<StageTime>* times) : times_(times) {}
  void lap(const char* stage) {
    const auto now = std::chrono::steady_clock::now();
    if (times_ != nullptr) times_->push_back({stage, std::chrono::duration<double>(now - last_).count()});
    last_ = now;
  }

 private:
  std::vector<StageTime>* times_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// Which dump it is, cut to what the header of an index holds of it; empty if the dump does not say.
std::string dump_id(const Pairs& meta) {
  const auto id = std::ranges::find(meta, "dump_id", &Pairs::value_type::first);
  return id == meta.end() ? "" : id->second.substr(0, sizeof IndexHeader::dump_id);
}

std::optional<IndexSummary> current(const std::string& index, const FileStamp& stamp, const std::string& id) {
  try {
    const HeapIndex present(index);
    if (!present.is_of(stamp, id)) return std::nullopt;
    const IndexHeader& header = present.header();
    return IndexSummary{false, header.objects, header.references, header.complete != 0};
  } catch (const Error&) {
    return std::nullopt;
  }
}

// Whether what a reference count has beyond the references of the dump is held by C code: a script counts,
// too, and sees fewer references.
bool counts_tell_of_c(const DecodedDump& heap) {
  const auto mode = std::ranges::find(heap.meta, "mode", &Pairs::value_type::first);
  return heap.complete() && mode != heap.meta.end() && (mode->second == "fork" || mode->second == "stop");
}

// One a line, and of a dump that is damaged all over the first.
std::string lines(const std::vector<Problem>& problems) {
  constexpr size_t kMaxLines = 100;
  std::string lines;
  for (size_t i = 0; i < std::min(problems.size(), kMaxLines); ++i) {
    if (i > 0) lines += '\n';
    lines += problems[i].what;
  }
  if (problems.size() > kMaxLines) lines += "\nand " + std::to_string(problems.size() - kMaxLines) + " more";
  return lines;
}

// The columns of the paths from roots and of who dominates whom.
void write_what_holds(uint32_t objects, Held& held, LargeValues& large, Tables& tables, IndexWriter& writer) {
  place_retained(objects, writer);
  place_root_paths(objects, writer);
  const HoldGraph graph(objects, writer, tables, held.rooted);
  root_lost_greenlets(graph, held, tables);
  const uint32_t workers = std::min(worker_count(), 2u);
  in_parallel(workers, [&](uint32_t worker) {
    if (worker == 0) large.retained = write_retained(graph, held, large.sizes, writer);
    if (worker == workers - 1) write_root_paths(graph, held, tables, writer);
  });
}

IndexSummary build(DumpSource& source, const std::string& index, const Progress& progress, Stopwatch& watch) {
  const auto share = [&](double from, double to) {
    return [&progress, from, to](double done) { progress(from + (to - from) * done); };
  };
  DecodedDump heap = read_dump(source, share(0, 0.5));
  watch.lap("decode");
  IndexWriter writer(index);
  AddressIds ids;
  Numbering numbering = number_objects(heap, ids);
  Tables tables(heap.definitions, ids);
  watch.lap("number");
  ColumnTotals totals = write_columns(heap, numbering, ids, tables, writer, share(0.5, 0.65));
  tables.add_sites(
      Sites(heap.definitions, ids, static_cast<uint32_t>(numbering.objects.size()), writer).all());
  watch.lap("columns");

  const uint32_t objects = static_cast<uint32_t>(numbering.objects.size());
  const uint64_t positions = numbering.positions;
  const uint64_t duplicates = numbering.duplicates;
  const bool exact = counts_tell_of_c(heap);
  heap.parts.clear();
  heap.continued.clear();
  numbering = {};
  write_referrers(objects, positions, totals.references, writer, share(0.65, 0.75));
  watch.lap("referrers");
  LargeValues& large = totals.large;
  write_permutations(objects, large.sizes, tables, writer);
  watch.lap("permutations");
  Held held = find_held(objects, {std::move(totals.weak_targets), large.refcounts}, exact, writer, tables);
  watch.lap("roots");
  write_what_holds(objects, held, large, tables, writer);
  watch.lap("holders");

  IndexHeader header{};
  header.dump_size = source.stamp().size;
  header.dump_modified_ns = source.stamp().modified_ns;
  header.objects = objects;
  header.references = totals.references;
  header.complete = heap.complete();
  dump_id(heap.meta).copy(header.dump_id, sizeof header.dump_id);
  for (const auto& [key, value] : heap.meta) tables.add_meta(key, value);
  tables.add_meta("format", std::to_string(HD_FORMAT_VERSION));
  tables.add_meta("complete", heap.complete() ? "true" : "false");
  if (!heap.complete()) tables.add_meta("problems", lines(heap.problems));
  tables.add_meta("indexed_objects", std::to_string(objects));
  tables.add_meta("indexed_references", std::to_string(totals.references));
  tables.add_meta("damaged_chunks", std::to_string(heap.damaged));
  tables.add_meta("duplicate_objects", std::to_string(duplicates));
  tables.add_meta("dangling_references", std::to_string(totals.dangling));
  tables.write(writer, large);
  writer.finish(header);
  watch.lap("finish");
  return {true, header.objects, header.references, heap.complete()};
}

}  // namespace

IndexSummary ensure_index(const std::string& dump, const std::string& index, const Progress& progress,
                          std::vector<StageTime>* times) {
  std::unique_ptr<DumpSource> source = DumpSource::open(dump);
  const std::string id = dump_id(ChunkReader(*source).meta());
  if (const auto existing = current(index, source->stamp(), id)) return *existing;
  source = DumpSource::open(dump);
  Stopwatch watch(times);
  try {
    const IndexSummary summary = build(*source, index, progress, watch);
    progress(1);
    return summary;
  } catch (const std::bad_alloc&) {
    throw Error(ExitCode::kUsage, dump + ": there is not enough memory to index it");
  } catch (const std::length_error& error) {
    throw Error(ExitCode::kUnreadable, dump + ": holds more than can be indexed: " + error.what());
  }
}

}  // namespace heapdump
