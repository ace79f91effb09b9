#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/high_halves.h"
#include "index/index_format.h"
#include "support/unique_fd.h"

namespace heapdump {

// The index while it is written: a file without a name if the file system can do that, else with a
// temporary one, that takes its place when it is whole. What fails throws Error(kUsage) and leaves nothing
// behind.
class IndexWriter {
 public:
  explicit IndexWriter(std::string path);
  ~IndexWriter();
  IndexWriter(const IndexWriter&) = delete;
  IndexWriter& operator=(const IndexWriter&) = delete;

  // Gives a section its place, after those placed before.
  void place(Section section, uint64_t bytes);
  // Of a split column.
  void place_split(Section section, uint64_t rows);
  // Several threads may write at once.
  void write(Section section, uint64_t offset, const void* bytes, uint64_t count);
  template <typename T>
  void write_rows(Section section, uint64_t first, const T* rows, uint64_t count) {
    write(section, first * sizeof(T), rows, count * sizeof(T));
  }
  void write_split(Section section, uint64_t first, std::span<const uint32_t> values);
  // Places and writes a section that is small, and joins it to the checksum: in the order of Section.
  template <typename T>
  void write_small(Section section, const std::vector<T>& rows) {
    write_small(section, rows.data(), rows.size() * sizeof(T));
  }
  void write_small(Section section, const void* bytes, uint64_t count);

  // Writes the header, whose magic, version, places and checksums are filled in here, and names the file.
  void finish(IndexHeader header);

  // Of a split column that is written.
  const HighHalves& high_halves(Section section) const { return high_[static_cast<uint32_t>(section)]; }
  int fd() const { return fd_.get(); }
  SectionPlace place(Section section) const { return header_.sections[static_cast<uint32_t>(section)]; }

 private:
  [[noreturn]] void fail(const char* doing, int error) const;
  void name();
  void write_high_halves();

  std::string path_;
  std::string temporary_;  // empty while the file has no name
  UniqueFd fd_;
  IndexHeader header_{};
  std::array<HighHalves, kSections> high_;  // of split columns
  uint64_t end_ = kPage;
};

}  // namespace heapdump
