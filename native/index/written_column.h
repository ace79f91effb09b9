#pragma once
#include <sys/mman.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#include "index/index_writer.h"
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

 private:
  const T* data_ = nullptr;
  uint64_t bytes_;
};

}  // namespace heapdump
