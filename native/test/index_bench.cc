// index_bench make SHAPE N DUMP | index_bench run DUMP INDEX
// `run` prints one JSON document: a bare decode of the dump, the stages of building its index, what they
// took, and opening it again. bench/index.mjs runs it and puts the figures side by side.
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>

#include "dump/chunk_reader.h"
#include "heap/heap_index.h"
#include "index/build_index.h"
#include "test/heap_shapes.h"

namespace heapdump::test {
namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Of all threads, in the program and in the kernel for it.
double cpu_seconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + time.tv_usec / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

uint64_t anonymous_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::stoull(line.substr(8)) * 1024;
  }
  return 0;
}

// Samples the anonymous memory of the process while it lives.
class PeakMemory {
 public:
  PeakMemory()
      : thread_([this](std::stop_token stop) {
          while (!stop.stop_requested()) {
            peak_ = std::max(peak_.load(), anonymous_bytes());
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
          }
        }) {}
  uint64_t bytes() const { return peak_; }

 private:
  std::atomic<uint64_t> peak_ = 0;
  std::jthread thread_;
};

// Decodes every chunk, keeps nothing: the yardstick.
double bare_decode(const std::string& dump) {
  const double start = now();
  const auto source = DumpSource::open(dump);
  ChunkReader reader(*source);
  DecodedPart part;
  while (const auto chunk = reader.next()) {
    if (!intact(*chunk)) continue;
    part.objects.resize(0);
    part.references.resize(0);
    decode_records(chunk->payload, 0, 0, true, part);
  }
  return now() - start;
}

uint64_t file_size(const std::string& path) {
  struct stat st;
  return stat(path.c_str(), &st) == 0 ? st.st_size : 0;
}

void run(const std::string& dump, const std::string& index) {
  bare_decode(dump);  // warms the page cache
  const double bare_cpu_start = cpu_seconds();
  const double bare = bare_decode(dump);
  const double bare_cpu = cpu_seconds() - bare_cpu_start;
  std::remove(index.c_str());
  std::vector<StageTime> stages;
  uint64_t peak;
  const uint64_t before = anonymous_bytes();
  const double start = now(), cpu_start = cpu_seconds();
  IndexSummary summary;
  {
    const PeakMemory memory;
    summary = ensure_index(dump, index, [](double) {}, &stages);
    peak = memory.bytes() - before;
  }
  const double built = now() - start, built_cpu = cpu_seconds() - cpu_start;
  const double reopening = now();
  ensure_index(dump, index, [](double) {});
  const double reopened = now() - reopening;
  std::printf("{\"objects\": %lu, \"references\": %lu, \"dumpBytes\": %lu, \"indexBytes\": %lu, ",
              summary.objects, summary.references, file_size(dump), file_size(index));
  std::printf("\"peakAnonymousBytes\": %lu, \"bareDecodeSeconds\": %.6f, \"buildSeconds\": %.6f, ", peak,
              bare, built);
  std::printf("\"bareDecodeCpuSeconds\": %.6f, \"buildCpuSeconds\": %.6f, ", bare_cpu, built_cpu);
  std::printf("\"reopenSeconds\": %.6f, \"stages\": {", reopened);
  const char* separator = "";
  for (const StageTime& stage : stages) {
    std::printf("%s\"%s\": %.6f", separator, stage.stage, stage.seconds);
    separator = ", ";
  }
  std::printf("}}\n");
}

}  // namespace
}  // namespace heapdump::test

int main(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  if (command == "make" && argc == 5) {
    heapdump::test::write_shape(argv[2], std::stoull(argv[3]), argv[4]);
  } else if (command == "run" && argc == 4) {
    heapdump::test::run(argv[2], argv[3]);
  } else {
    std::fprintf(stderr, "index_bench make SHAPE N DUMP | index_bench run DUMP INDEX\n");
    return 2;
  }
}
