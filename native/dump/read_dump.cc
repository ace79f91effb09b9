#include "dump/read_dump.h"

#include <algorithm>
#include <charconv>
#include <mutex>

#include "protocol.h"
#include "support/cursor.h"
#include "support/parallel.h"

namespace heapdump {
namespace {

// Hands chunks to the workers.
class ChunkQueue {
 public:
  ChunkQueue(DumpSource& source, const Progress& progress)
      : source_(source), reader_(source), progress_(progress) {}

  // The next RECORDS chunk, its number in `number`; copied to `copy` where the source would overwrite it.
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
  uint64_t damaged() const { return damaged_ + reader_.damaged(); }

 private:
  void end(const Chunk& chunk) {
    try {
      if (!intact(chunk)) throw Malformed("a payload that is not what was written");
      end_ = read_pairs(chunk.payload);
    } catch (const Malformed&) {
      damaged_++;
    }
  }

  std::mutex mutex_;
  DumpSource& source_;
  ChunkReader reader_;
  const Progress& progress_;
  std::optional<Pairs> end_;
  uint64_t damaged_ = 0;
  uint32_t next_number_ = 0;
};

void decode(ChunkQueue& queue, uint32_t worker, bool stable, DecodedPart& part) {
  std::vector<uint8_t> copy;
  uint32_t number = 0;
  while (const std::optional<Chunk> chunk = queue.next(number, copy)) {
    if (intact(*chunk)) {
      decode_records(chunk->payload, number, worker, stable, part);
    } else {
      part.damaged++;
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

bool is_whole(const Pairs& end, uint64_t objects) {
  const std::string* status = value(end, "status");
  const std::string* total = value(end, "objects");
  return status != nullptr && *status == "ok" && total != nullptr && *total == std::to_string(objects);
}

}  // namespace

DecodedDump read_dump(DumpSource& source, const Progress& progress) {
  ChunkQueue queue(source, progress);
  DecodedDump heap;
  heap.parts.resize(worker_count());
  in_parallel(worker_count(),
              [&](uint32_t worker) { decode(queue, worker, source.stable(), heap.parts[worker]); });

  heap.damaged = queue.damaged();
  for (DecodedPart& part : heap.parts) {
    heap.damaged += part.damaged;
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
    heap.complete = heap.damaged == 0 && is_whole(*queue.end(), heap.objects);
  }
  return heap;
}

}  // namespace heapdump
