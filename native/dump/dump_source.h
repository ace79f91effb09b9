#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace heapdump {

// What identifies the file that an index was made of.
struct FileStamp {
  uint64_t size = 0;
  int64_t modified_ns = 0;
  bool operator==(const FileStamp&) const = default;
};

// The bytes of a dump from front to back, gunzipped if the file begins as gzip does.
class DumpSource {
 public:
  // Throws Error(kUnreadable) for what is not a file that can be read.
  static std::unique_ptr<DumpSource> open(const std::string& path);
  virtual ~DumpSource() = default;

  // At least `count` bytes from here on, or all that are left. Valid until the next call.
  virtual std::span<const uint8_t> peek(size_t count) = 0;
  virtual void advance(size_t count) = 0;
  // Whether what peek() gave stays where it is for as long as this source lives.
  virtual bool stable() const = 0;
  // Why the bytes end before the end of the file, as a clause for the user; empty if they do not.
  virtual std::string failure() const { return ""; }
  // How much of the file was used up, 0 ... 1.
  virtual double fraction() const = 0;

  const std::string& path() const { return path_; }
  const FileStamp& stamp() const { return stamp_; }

 protected:
  DumpSource(std::string path, FileStamp stamp) : path_(std::move(path)), stamp_(stamp) {}

 private:
  std::string path_;
  FileStamp stamp_;
};

// The stamp of a file, or of size 0 if there is none.
FileStamp stamp_of(const std::string& path);

}  // namespace heapdump
