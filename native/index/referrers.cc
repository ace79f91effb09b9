#include "index/referrers.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "index/written_column.h"
#include "support/parallel.h"

namespace heapdump {
namespace {

// References are first parted into buckets by target, so that each bucket is then sorted within the cache.
constexpr int kBucketShift = 16;
constexpr uint32_t kBucket = 1u << kBucketShift;

struct Entry {
  uint32_t target;
  uint32_t source;
  uint32_t position;
};

// The references forward, as they stand in the file.
struct Forward {
  explicit Forward(const IndexWriter& writer)
      : base(writer, Section::kEdgeBase), delta(writer, Section::kEdgeDelta), to(writer, Section::kEdgeTo) {}
  uint64_t first(uint64_t id) const { return base[id / kBlock] + delta[id]; }

  WrittenColumn<uint64_t> base;
  WrittenSplitColumn delta;
  WrittenColumn<uint32_t> to;
};

// Where every worker puts its entries of every bucket: the buckets one after another, in each the workers',
// so that the sources of a target stay in order.
struct Parts {
  std::vector<std::vector<uint64_t>> at;  // [worker][bucket]
  std::vector<uint64_t> first;            // [bucket], and the end
};

Parts count(const Forward& forward, const std::vector<uint32_t>& cuts, uint64_t buckets) {
  const uint32_t workers = static_cast<uint32_t>(cuts.size() - 1);
  Parts parts{std::vector<std::vector<uint64_t>>(workers, std::vector<uint64_t>(buckets)), {}};
  in_parallel(workers, [&](uint32_t worker) {
    std::vector<uint64_t> counts(buckets);
    const uint64_t end = forward.first(cuts[worker + 1]);
    for (uint64_t e = forward.first(cuts[worker]); e < end; ++e) {
      if (forward.to[e] != kNone) counts[forward.to[e] >> kBucketShift]++;
    }
    parts.at[worker] = std::move(counts);
  });
  uint64_t next = 0;
  for (uint64_t bucket = 0; bucket < buckets; ++bucket) {
    parts.first.push_back(next);
    for (auto& counts : parts.at) next += std::exchange(counts[bucket], next);
  }
  parts.first.push_back(next);
  return parts;
}

void part(const Forward& forward, uint32_t from, uint32_t to, std::vector<uint64_t>& at, Entry* entries) {
  uint64_t e = forward.first(from);
  for (uint32_t source = from; source < to; ++source) {
    const uint64_t first = e;
    for (const uint64_t end = forward.first(source + 1); e < end; ++e) {
      const uint32_t target = forward.to[e];
      if (target == kNone) continue;
      entries[at[target >> kBucketShift]++] = {target, source, static_cast<uint32_t>(e - first)};
    }
  }
}

// What a worker sorts a bucket into; kept from one bucket to the next.
struct Sorted {
  PageArray<uint32_t> sources;
  PageArray<uint32_t> positions;
};

void write_bucket(std::span<const Entry> entries, uint64_t before, uint64_t first_target, uint32_t objects,
                  Sorted& sorted, IndexWriter& writer) {
  const uint64_t targets = std::min<uint64_t>(kBucket, objects - first_target);
  std::vector<uint64_t> offsets(targets + 1);
  for (const Entry& entry : entries) offsets[entry.target - first_target + 1]++;
  for (uint64_t i = 0; i < targets; ++i) offsets[i + 1] += offsets[i];
  std::vector<uint64_t> next(offsets.begin(), offsets.end() - 1);
  auto& [sources, positions] = sorted;
  sources.resize(entries.size());
  positions.resize(entries.size());
  for (const Entry& entry : entries) {
    const uint64_t at = next[entry.target - first_target]++;
    sources[at] = entry.source;
    positions[at] = entry.position;
  }
  if (first_target + targets < objects) offsets.pop_back();
  write_offsets(writer, Section::kReferrerBase, Section::kReferrerDelta, first_target, before, offsets);
  writer.write_rows(Section::kReferrerSource, before, sources.data(), sources.size());
  writer.write_split(Section::kReferrerPosition, before, {positions.data(), positions.size()});
}

// Ids that part the positions evenly among the workers.
std::vector<uint32_t> find_cuts(const Forward& forward, uint32_t objects, uint64_t positions,
                                uint32_t workers) {
  std::vector<uint32_t> cuts{0};
  for (uint32_t worker = 1; worker < workers; ++worker) {
    uint32_t low = cuts.back(), high = objects;
    while (low < high) {
      const uint32_t middle = low + (high - low) / 2;
      if (forward.first(middle) < positions / workers * worker) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    cuts.push_back(low);
  }
  cuts.push_back(objects);
  return cuts;
}

}  // namespace

void write_referrers(uint32_t objects, uint64_t positions, uint64_t references, IndexWriter& writer,
                     const Progress& progress) {
  place_offsets(writer, Section::kReferrerBase, Section::kReferrerDelta, objects);
  writer.place(Section::kReferrerSource, references * 4);
  writer.place_split(Section::kReferrerPosition, references);
  if (objects == 0) {
    write_offsets(writer, Section::kReferrerBase, Section::kReferrerDelta, 0, 0, std::vector<uint64_t>{0});
    return;
  }
  const Forward forward(writer);
  const uint64_t buckets = (uint64_t{objects} + kBucket - 1) >> kBucketShift;
  const std::vector<uint32_t> cuts = find_cuts(forward, objects, positions, worker_count());
  Parts parts = count(forward, cuts, buckets);
  progress(0.2);
  PageArray<Entry> entries(references);
  in_parallel(worker_count(), [&](uint32_t worker) {
    part(forward, cuts[worker], cuts[worker + 1], parts.at[worker], entries.data());
  });
  progress(0.5);
  std::atomic<uint64_t> next = 0;
  std::mutex mutex;
  in_parallel(worker_count(), [&](uint32_t) {
    Sorted sorted;
    for (uint64_t bucket; (bucket = next++) < buckets;) {
      const uint64_t begin = parts.first[bucket], end = parts.first[bucket + 1];
      write_bucket(std::span(entries.data() + begin, end - begin), begin, bucket << kBucketShift, objects,
                   sorted, writer);
      const std::lock_guard lock(mutex);
      progress(0.5 + 0.5 * static_cast<double>(bucket + 1) / buckets);
    }
  });
}

}  // namespace heapdump
