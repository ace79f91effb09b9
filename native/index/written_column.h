#pragma once
#include <sys/mman.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

#include "index/index_writer.h"
#include "index/split_rows.h"
#include "support/error.h"

namespace heapdump {

// A section that is written already, mapped to be read: it then takes no memory of its own.
template <typename T>
class WrittenColumn {
 public:
  WrittenColumn(const IndexWriter& writer, Section section) : bytes_(writer.place(section).bytes) {
    if (bytes_ == 0) return;
    void* p = mmap(nullptr, bytes_, PROT_READ, MAP_SHARED, writer.fd(),
                   static_cast<off_t>(writer.place(section).offset));
    if (p == MAP_FAILED) {
      throw Error(ExitCode::kUsage, std::string("the index cannot be mapped: ") + std::strerror(errno));
    }
    data_ = static_cast<const T*>(p);
  }
  ~WrittenColumn() {
    if (data_ != nullptr) munmap(const_cast<T*>(data_), bytes_);
  }
  WrittenColumn(const WrittenColumn&) = delete;
  WrittenColumn& operator=(const WrittenColumn&) = delete;

  const T& operator[](uint64_t i) const { return data_[i]; }
  std::span<const T> rows() const { return {data_, bytes_ / sizeof(T)}; }

 private:
  const T* data_ = nullptr;
  uint64_t bytes_;
};

// The same of a split column.
class WrittenSplitColumn {
 public:
  WrittenSplitColumn(const IndexWriter& writer, Section section)
      : low_(writer, section),
        rows_{low_.rows(), writer.high_halves(section).blocks(), writer.high_halves(section).words()} {}

  uint32_t operator[](uint64_t row) const { return rows_[row]; }

 private:
  WrittenColumn<uint16_t> low_;
  SplitRows rows_;
};

}  // namespace heapdump
