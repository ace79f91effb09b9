#include "dump/dump_source.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "support/error.h"
#include "support/unique_fd.h"

namespace heapdump {
namespace {

FileStamp stamp_of(const struct stat& st) {
  return {static_cast<uint64_t>(st.st_size), st.st_mtim.tv_sec * 1'000'000'000 + st.st_mtim.tv_nsec};
}

class MappedSource : public DumpSource {
 public:
  MappedSource(const std::string& path, FileStamp stamp, int fd) : DumpSource(path, stamp) {
    size_ = stamp.size;
    if (size_ == 0) return;
    void* p = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED) {
      throw Error(ExitCode::kUnreadable, path + ": cannot be mapped: " + std::strerror(errno));
    }
    data_ = static_cast<const uint8_t*>(p);
  }
  ~MappedSource() override {
    if (data_ != nullptr) munmap(const_cast<uint8_t*>(data_), size_);
  }

  std::span<const uint8_t> peek(size_t) override { return {data_ + at_, size_ - at_}; }
  void advance(size_t count) override { at_ += std::min(count, size_ - at_); }
  bool stable() const override { return true; }
  double fraction() const override { return size_ == 0 ? 1 : static_cast<double>(at_) / size_; }

 private:
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
  size_t at_ = 0;
};

// A gzip stream that is cut off or damaged ends as soon as zlib can give no more.
class GzipSource : public DumpSource {
 public:
  GzipSource(const std::string& path, FileStamp stamp, UniqueFd fd)
      : DumpSource(path, stamp), fd_(std::move(fd)), input_(256 << 10) {
    if (inflateInit2(&stream_, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~GzipSource() override { inflateEnd(&stream_); }

  std::span<const uint8_t> peek(size_t count) override {
    while (buffer_.size() - at_ < count && !ended_) inflate();
    return {buffer_.data() + at_, buffer_.size() - at_};
  }
  void advance(size_t count) override { at_ += std::min(count, buffer_.size() - at_); }
  bool stable() const override { return false; }
  std::string failure() const override { return failure_; }
  double fraction() const override {
    return stamp().size == 0 ? 1 : std::min(1.0, static_cast<double>(read_) / stamp().size);
  }

 private:
  static constexpr size_t kStep = 256 << 10;

  void inflate() {
    if (at_ > 0) {
      buffer_.erase(buffer_.begin(), buffer_.begin() + at_);
      at_ = 0;
    }
    const size_t before = buffer_.size();
    buffer_.resize(before + kStep);
    stream_.next_out = buffer_.data() + before;
    stream_.avail_out = kStep;
    while (stream_.avail_out > 0 && !ended_) {
      if (stream_.avail_in == 0) fill();
      if (stream_.avail_in == 0) {
        ended_ = true;
        if (inside_member_) failure_ = "the gzip stream is cut off";
        break;
      }
      inside_member_ = true;
      const int result = ::inflate(&stream_, Z_NO_FLUSH);
      if (result == Z_STREAM_END) {
        inside_member_ = false;
        if (inflateReset(&stream_) != Z_OK) ended_ = true;  // another member may follow
      } else if (result != Z_OK) {
        ended_ = true;
        failure_ = "the gzip stream is damaged";
      }
    }
    buffer_.resize(before + kStep - stream_.avail_out);
  }

  void fill() {
    ssize_t got;
    do {
      got = read(fd_.get(), input_.data(), input_.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
      throw Error(ExitCode::kUnreadable, path() + ": cannot be read: " + std::strerror(errno));
    }
    read_ += got;
    stream_.next_in = input_.data();
    stream_.avail_in = static_cast<uInt>(got);
  }

  UniqueFd fd_;
  z_stream stream_{};
  std::vector<uint8_t> input_;
  std::vector<uint8_t> buffer_;
  size_t at_ = 0;
  uint64_t read_ = 0;
  bool ended_ = false;
  bool inside_member_ = false;
  std::string failure_;
};

}  // namespace

FileStamp stamp_of(const std::string& path) {
  struct stat st;
  return stat(path.c_str(), &st) == 0 ? stamp_of(st) : FileStamp{};
}

std::unique_ptr<DumpSource> DumpSource::open(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat st;
  if (!fd || fstat(fd.get(), &st) != 0) {
    const std::string why = errno == ENOENT   ? "there is no such file"
                            : errno == EACCES ? "permission denied"
                                              : std::string("cannot be opened: ") + std::strerror(errno);
    throw Error(ExitCode::kUnreadable, path + ": " + why);
  }
  if (S_ISDIR(st.st_mode)) throw Error(ExitCode::kUnreadable, path + ": is a folder, not a dump");
  if (!S_ISREG(st.st_mode)) throw Error(ExitCode::kUnreadable, path + ": is not a regular file");
  uint8_t magic[2] = {};
  if (pread(fd.get(), magic, 2, 0) == 2 && magic[0] == 0x1f && magic[1] == 0x8b) {
    return std::make_unique<GzipSource>(path, stamp_of(st), std::move(fd));
  }
  return std::make_unique<MappedSource>(path, stamp_of(st), fd.get());
}

}  // namespace heapdump
