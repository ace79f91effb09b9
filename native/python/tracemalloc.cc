#include "python/tracemalloc.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <set>

namespace heapdump {
namespace {

// struct _PyTraceMalloc_Config: the same since 3.8.
struct Config {
  uint32_t initialized;
  int32_t tracing;
  int32_t max_frames;
};
constexpr uint32_t kNotInitialized = 0, kInitialized = 1, kFinalized = 2;
constexpr int32_t kMaxFrames = UINT16_MAX;
constexpr uint64_t kMaxData = 64 << 20;
constexpr uint64_t kMinBuckets = 16;
constexpr uint64_t kDomainKey = 12;  // an address and a domain (3.8)
constexpr uint64_t kTrace = 16;      // its size and its traceback

bool is_possible(const Config& config) {
  return config.initialized <= kFinalized && (config.tracing == 0 || config.tracing == 1) &&
         config.max_frames >= 1 && config.max_frames <= kMaxFrames &&
         (config.tracing == 0 || config.initialized == kInitialized);
}

// The words of some memory.
class Words {
 public:
  Words(const Memory& memory, uint64_t start, uint64_t end) {
    if (end <= start || end - start > kMaxData) return;
    words_.resize((end - start) / sizeof(uint64_t));
    if (!memory.try_read(start, words_.data(), words_.size() * sizeof(uint64_t))) words_.clear();
  }
  uint64_t size() const { return words_.size(); }
  uint64_t operator[](uint64_t i) const { return words_[i]; }
  template <typename T>
  T at(uint64_t byte) const {
    T value;
    std::memcpy(&value, reinterpret_cast<const char*>(words_.data()) + byte, sizeof value);
    return value;
  }

 private:
  std::vector<uint64_t> words_;
};

class Search {
 public:
  Search(const Memory& memory, const std::vector<ElfImage>& images, const Interpreter& interpreter)
      : memory_(memory),
        images_(images),
        interpreter_(interpreter),
        l_(interpreter.layout().heap),
        hash_(interpreter.find_symbol(memory, "_Py_hashtable_hash_ptr")),
        compare_(interpreter.find_symbol(memory, "_Py_hashtable_compare_direct")) {}

  std::optional<Tracemalloc> run(std::string* why) const {
    const bool is_in_runtime = l_.trace_table != HD_ABSENT;
    std::optional<Tracemalloc> found = is_in_runtime ? of_runtime() : of_static_variables(why);
    if (!found && why->empty()) *why = "where CPython " + interpreter_.version() + " keeps it was not found";
    return found;
  }

 private:
  // Whether the table of traces is at that address, and how many entries it has.
  std::optional<uint64_t> entries_of(uint64_t at) const {
    std::array<uint64_t, 12> table;
    if (at == 0 || at % 16 != 0 || !memory_.try_read(at, table.data(), sizeof table)) return std::nullopt;
    const auto word = [&](uint32_t offset) { return offset == HD_ABSENT ? 0 : table[offset / 8]; };
    const uint64_t buckets = word(l_.table_bucket_count);
    if (!std::has_single_bit(buckets) || buckets < kMinBuckets || buckets > kMaxBuckets) return std::nullopt;
    if (word(l_.table_entries) > kMaxBuckets || word(l_.table_buckets) % 16 != 0) return std::nullopt;
    uint64_t first;
    if (!memory_.try_get(word(l_.table_buckets), &first)) return std::nullopt;
    if (l_.table_key_size == HD_ABSENT) {
      // Others with these functions free their keys, or free nothing.
      if (word(l_.table_hash) != hash_ || word(l_.table_compare) != compare_ ||
          word(l_.table_free_key) != 0 || word(l_.table_free_value) == 0)
        return std::nullopt;
    } else {
      const uint64_t key = word(l_.table_key_size);
      if (word(l_.table_data_size) != kTrace) return std::nullopt;
      if (key != kDomainKey && (key != sizeof(uint64_t) || word(l_.table_hash) != hash_)) return std::nullopt;
    }
    return word(l_.table_entries);
  }

  // 3.12 and newer. Where in _PyRuntime its state begins differs by release; what is there does not.
  std::optional<Tracemalloc> of_runtime() const {
    const uint64_t runtime = interpreter_.runtime();
    const uint64_t end = end_of_data(runtime);
    const Words words(memory_, runtime, end);
    std::vector<Tracemalloc> found;
    bool may_be_unused = false;
    for (uint64_t i = 0; i + l_.trace_state_size / 8 <= words.size(); ++i) {
      const auto config = words.at<Config>(8 * i);
      if (!is_possible(config)) continue;
      if (config.initialized == kNotInitialized) {
        may_be_unused |= is_untouched(words, i);
      } else if (const auto state = state_at(words, i, config)) {
        found.push_back(*state);
      }
    }
    if (found.size() == 1) return found.front();
    if (found.empty() && may_be_unused) return Tracemalloc{};
    return std::nullopt;
  }

  std::optional<Tracemalloc> state_at(const Words& words, uint64_t i, const Config& config) const {
    const uint64_t empty = 8 * i + l_.trace_empty;
    // A traceback of one frame, of which nothing is known.
    if (words.at<uint32_t>(empty + 8) != 0x10001 || words.at<uint32_t>(empty + 20) != 0) return std::nullopt;
    const uint64_t traces = words.at<uint64_t>(8 * i + l_.trace_table);
    const auto entries = entries_of(traces);
    if (!entries) return std::nullopt;
    return tracing(config, traces, *entries);
  }

  // As before the first use: the number of frames, and nothing else.
  bool is_untouched(const Words& words, uint64_t i) const {
    for (uint64_t at = 2; at < l_.trace_state_size / 8; ++at) {
      if (words[i + at] != 0) return false;
    }
    const auto config = words.at<Config>(8 * i);
    return config.tracing == 0 && config.max_frames == 1;
  }

  static Tracemalloc tracing(const Config& config, uint64_t traces, uint64_t entries) {
    const bool is_on = config.tracing != 0;
    return {.is_tracing = is_on,
            .max_frames = static_cast<uint32_t>(config.max_frames),
            .traces = is_on ? traces : 0,
            .blocks = is_on ? entries : 0};
  }

  std::optional<Tracemalloc> of_static_variables(std::string* why) const {
    Config config;
    const uint64_t at = interpreter_.find_symbol(memory_, "_Py_tracemalloc_config");
    if (at == 0 || !memory_.try_get(at, &config) || !is_possible(config)) return std::nullopt;
    if (config.tracing == 0) return Tracemalloc{};
    std::set<uint64_t> asked;
    std::vector<Tracemalloc> found;
    for (const ElfImage& image : images_) {
      if (!image.contains(hash_)) continue;
      for (const ElfImage::Data& data : image.data()) {
        const Words words(memory_, data.start, data.end);
        for (uint64_t i = 0; i < words.size(); ++i) {
          if (words[i] < kLowest || words[i] % 16 != 0 || words[i] >= kHighest || image.contains(words[i]) ||
              !asked.insert(words[i]).second)
            continue;
          if (const auto entries = entries_of(words[i])) found.push_back(tracing(config, words[i], *entries));
        }
      }
    }
    if (found.size() == 1) return found.front();
    *why = found.empty() ? "its table was not found" : "its table could be one of several";
    return std::nullopt;
  }

  uint64_t end_of_data(uint64_t address) const {
    for (const ElfImage& image : images_) {
      for (const ElfImage::Data& data : image.data()) {
        if (address >= data.start && address < data.end) return data.end;
      }
    }
    return 0;
  }

  static constexpr uint64_t kLowest = 1 << 16, kHighest = uint64_t{1} << 47;
  static constexpr uint64_t kMaxBuckets = uint64_t{1} << 36;

  const Memory& memory_;
  const std::vector<ElfImage>& images_;
  const Interpreter& interpreter_;
  const hd_layout& l_;
  const uint64_t hash_;
  const uint64_t compare_;
};

}  // namespace

std::optional<Tracemalloc> find_tracemalloc(const Memory& memory, const std::vector<ElfImage>& images,
                                            const Interpreter& interpreter, std::string* why) {
  return Search(memory, images, interpreter).run(why);
}

}  // namespace heapdump
