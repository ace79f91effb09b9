#include "dump/read_dump.h"

#include <algorithm>
#include <charconv>
#include <mutex>

#include "protocol.h"
#include "support/cursor.h"
#include "support/parallel.h"

namespace heapdump {
namespace {

Problem damaged(const Chunk& chunk) {
  return {chunk.at, "the chunk at byte " + std::to_string(chunk.at) + " is damaged"};
}

// Hands chunks to the workers.
class ChunkQueue {
 public:
  ChunkQueue(DumpSource& source, const Progress& progress)
      : source_(source), reader_(source), progress_(progress) {}

  // The next RECORDS chunk, its number in `number`; copied to `copy` if the source would overwrite it.
  std::optional<Chunk> next(uint32_t& number, std::vector<uint8_t>& copy) {
    const std::lock_guard lock(mutex_);
    std::optional<Chunk> chunk = reader_.next();
    if (!chunk) return std::nullopt;
    if (chunk->kind == HD_CHUNK_END) {
      end(*chunk);
      return std::nullopt;
    }
    number = next_number_++;
    if (!source_.stable()) {
      copy.assign(chunk->payload.begin(), chunk->payload.end());
      chunk->payload = copy;
    }
    progress_(source_.fraction());
    return chunk;
  }

  const Pairs& meta() const { return reader_.meta(); }
  const std::optional<Pairs>& end() const { return end_; }
  std::vector<Problem> problems() const {
    std::vector<Problem> all = reader_.problems();
    all.insert(all.end(), problems_.begin(), problems_.end());
    return all;
  }

 private:
  void end(const Chunk& chunk) {
    try {
      if (!intact(chunk)) throw Malformed("a payload that is not what was written");
      end_ = read_pairs(chunk.payload);
    } catch (const Malformed&) {
      problems_.push_back(damaged(chunk));
    }
  }

  std::mutex mutex_;
  DumpSource& source_;
  ChunkReader reader_;
  const Progress& progress_;
  std::optional<Pairs> end_;
  std::vector<Problem> problems_;
  uint32_t next_number_ = 0;
};

void decode(ChunkQueue& queue, uint32_t worker, bool stable, DecodedPart& part,
            std::vector<Problem>& problems) {
  std::vector<uint8_t> copy;
  uint32_t number = 0;
  while (const std::optional<Chunk> chunk = queue.next(number, copy)) {
    if (!intact(*chunk)) {
      problems.push_back(damaged(*chunk));
      continue;
    }
    const uint64_t malformed = part.damaged;
    decode_records(chunk->payload, number, worker, stable, part);
    if (part.damaged > malformed) {
      problems.push_back({chunk->at, "the chunk at byte " + std::to_string(chunk->at) +
                                         " has a record that cannot be read"});
    }
  }
}

void join(std::vector<DecodedPart>& parts, Definitions& all) {
  std::vector<std::pair<uint32_t, Definitions>*> chunks;
  for (DecodedPart& part : parts) {
    for (auto& chunk : part.definitions) chunks.push_back(&chunk);
  }
  std::ranges::sort(chunks, {}, [](const auto* chunk) { return chunk->first; });
  const auto append = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  for (auto* chunk : chunks) {
    Definitions& part = chunk->second;
    append(all.types, part.types);
    append(all.shapes, part.shapes);
    append(all.roots, part.roots);
    append(all.modules, part.modules);
    append(all.threads, part.threads);
    append(all.frames, part.frames);
    append(all.mappings, part.mappings);
    append(all.pools, part.pools);
    append(all.mallocs, part.mallocs);
    append(all.chunks, part.chunks);
    append(all.symbols, part.symbols);
    append(all.locals, part.locals);
    append(all.suspended, part.suspended);
    append(all.finalizers, part.finalizers);
    append(all.finalized, part.finalized);
    append(all.unreported, part.unreported);
    append(all.type_memory, part.type_memory);
    append(all.possible_holders, part.possible_holders);
    append(all.sources, part.sources);
    append(all.functions, part.functions);
    append(all.sites, part.sites);
    append(all.allocations, part.allocations);
  }
  for (DecodedPart& part : parts) part.definitions.clear();
}

// The object that stands last before a REFERENCES record.
DecodedObject* before(DecodedDump& heap, uint32_t worker, const Continuation& more) {
  auto after = std::ranges::upper_bound(heap.ranges, more.chunk, {}, &ChunkRange::chunk);
  if (after == heap.ranges.begin()) return nullptr;
  const ChunkRange* range = &*std::prev(after);
  if (range->chunk == more.chunk) {
    if (more.before > range->first) return &heap.parts[worker].objects[more.before - 1];
    if (range == heap.ranges.data()) return nullptr;
    range--;
  }
  return &heap.parts[range->worker].objects[range->last - 1];
}

void continue_object(DecodedDump& heap) {
  std::vector<std::pair<uint32_t, const Continuation*>> all;
  for (uint32_t worker = 0; worker < heap.parts.size(); ++worker) {
    for (const Continuation& more : heap.parts[worker].continuations) all.emplace_back(worker, &more);
  }
  std::ranges::stable_sort(all, {}, [](const auto& more) { return more.second->chunk; });
  for (const auto& [worker, more] : all) {
    DecodedObject* object = before(heap, worker, *more);
    if (object == nullptr || address_of(*object) != more->address || object->references != more->position ||
        more->count > 0x7fffffffu - object->references) {
      continue;
    }
    if ((object->address & kContinued) == 0) {
      const PageArray<uint64_t>* own = nullptr;
      for (const DecodedPart& part : heap.parts) {
        if (object >= part.objects.begin() && object < part.objects.end()) own = &part.references;
      }
      heap.continued.push_back({{own->data() + object->first_reference, object->references}});
      object->first_reference = heap.continued.size() - 1;
      object->address |= kContinued;
    }
    const uint64_t* first = heap.parts[worker].references.data() + more->first_reference;
    heap.continued[object->first_reference].push_back({first, more->count});
    object->references += more->count;
  }
}

const std::string* value(const Pairs& pairs, std::string_view key) {
  const auto at = std::ranges::find(pairs, key, &Pairs::value_type::first);
  return at == pairs.end() ? nullptr : &at->second;
}

// Adds what the end of the dump says to what was found before it.
void add_end(const std::optional<Pairs>& end, const DumpSource& source, std::vector<Problem>& problems) {
  constexpr uint64_t kAtEnd = ~uint64_t{0};
  if (!end) {
    if (!source.failure().empty()) problems.push_back({kAtEnd, source.failure()});
    problems.push_back({kAtEnd, "its end is missing: the capture did not finish, or the file was cut off"});
    return;
  }
  const std::string* status = value(*end, "status");
  if (status == nullptr || *status != "ok") {
    problems.push_back({kAtEnd, "the capture gave up: " + (status == nullptr ? "no status" : *status)});
  }
  if (const std::string* const unread = value(*end, "unread_members")) {
    problems.push_back({kAtEnd, *unread == "unknown"
                                    ? "the collector's lists could not be followed to their ends"
                                    : *unread + " objects of the collector's lists could not be read"});
  }
}

// Checksums can be right and objects missing all the same, if a payload lost some or a chunk was left out.
void compare_counts(const std::optional<Pairs>& end, uint64_t objects, std::vector<Problem>& problems) {
  if (!problems.empty()) return;
  const std::string* total = value(*end, "objects");
  if (total != nullptr && *total == std::to_string(objects)) return;
  problems.push_back({0, "its end tells of " + (total == nullptr ? "no" : *total) + " objects, and " +
                             std::to_string(objects) + " can be read"});
}

}  // namespace

DecodedDump read_dump(DumpSource& source, const Progress& progress) {
  ChunkQueue queue(source, progress);
  DecodedDump heap;
  heap.parts.resize(worker_count());
  std::vector<std::vector<Problem>> found(worker_count());
  in_parallel(worker_count(), [&](uint32_t worker) {
    decode(queue, worker, source.stable(), heap.parts[worker], found[worker]);
  });

  heap.problems = queue.problems();
  for (const std::vector<Problem>& some : found) {
    heap.problems.insert(heap.problems.end(), some.begin(), some.end());
  }
  std::ranges::stable_sort(heap.problems, {}, &Problem::at);
  heap.damaged = heap.problems.size();
  for (DecodedPart& part : heap.parts) {
    heap.objects += part.objects.size();
    heap.ranges.insert(heap.ranges.end(), part.ranges.begin(), part.ranges.end());
  }
  std::ranges::sort(heap.ranges, {}, &ChunkRange::chunk);
  join(heap.parts, heap.definitions);
  continue_object(heap);

  heap.meta = queue.meta();
  if (queue.end()) {
    for (const auto& [key, value] : *queue.end()) {
      const auto at = std::ranges::find(heap.meta, key, &Pairs::value_type::first);
      if (at == heap.meta.end()) {
        heap.meta.emplace_back(key, value);
      } else {
        at->second = value;
      }
    }
  }
  add_end(queue.end(), source, heap.problems);
  compare_counts(queue.end(), heap.objects, heap.problems);
  return heap;
}

std::vector<Problem> check_dump(DumpSource& source, const Progress& progress) {
  ChunkQueue queue(source, progress);
  std::vector<Problem> problems;
  std::vector<uint8_t> copy;
  uint32_t number = 0;
  while (const std::optional<Chunk> chunk = queue.next(number, copy)) {
    if (!intact(*chunk)) problems.push_back(damaged(*chunk));
  }
  const std::vector<Problem> more = queue.problems();
  problems.insert(problems.end(), more.begin(), more.end());
  std::ranges::stable_sort(problems, {}, &Problem::at);
  add_end(queue.end(), source, problems);
  return problems;
}

}  // namespace heapdump
