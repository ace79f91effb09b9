#include "index/index_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

#include "support/error.h"

namespace heapdump {
namespace {

std::string folder(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string temporary_name(const std::string& path) {
  char suffix[24];
  std::random_device random;
  std::snprintf(suffix, sizeof suffix, ".%08x%08x.tmp", random(), random());
  return path + suffix;
}

// The user who called sudo, to whom the file then belongs.
bool sudo_owner(uid_t& user, gid_t& group) {
  const char* uid = std::getenv("SUDO_UID");
  const char* gid = std::getenv("SUDO_GID");
  if (geteuid() != 0 || uid == nullptr || gid == nullptr) return false;
  char* end;
  user = static_cast<uid_t>(std::strtoul(uid, &end, 10));
  if (*uid == 0 || *end != 0) return false;
  group = static_cast<gid_t>(std::strtoul(gid, &end, 10));
  return *gid != 0 && *end == 0;
}

}  // namespace

IndexWriter::IndexWriter(std::string path) : path_(std::move(path)) {
  // A file without a name gets its name through /proc.
  if (access("/proc/self/fd", X_OK) == 0) {
    fd_ = UniqueFd(open(folder(path_).c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  }
  if (!fd_) {
    const std::string name = temporary_name(path_);
    fd_ = UniqueFd(open(name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600));
    if (!fd_) fail("cannot be created", errno);
    temporary_ = name;
  }
  uid_t user;
  gid_t group;
  if (sudo_owner(user, group) && fchown(fd_.get(), user, group) != 0) {
    // A file system without owners: the index then belongs to whom it says.
  }
}

IndexWriter::~IndexWriter() {
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void IndexWriter::place(Section section, uint64_t bytes) {
  header_.sections[static_cast<uint32_t>(section)] = {end_, bytes};
  end_ += (bytes + kPage - 1) & ~(kPage - 1);
}

void IndexWriter::write(Section section, uint64_t offset, const void* bytes, uint64_t count) {
  const char* from = static_cast<const char*>(bytes);
  uint64_t at = place(section).offset + offset;
  while (count > 0) {
    const ssize_t written = pwrite(fd_.get(), from, count, static_cast<off_t>(at));
    if (written < 0) {
      if (errno == EINTR) continue;
      fail("cannot be written", errno);
    }
    from += written;
    at += written;
    count -= written;
  }
}

void IndexWriter::place_split(Section section, uint64_t rows) {
  place(section, rows * sizeof(uint16_t));
  high_[static_cast<uint32_t>(section)].resize(rows);
}

void IndexWriter::write_split(Section section, uint64_t first, std::span<const uint32_t> values) {
  std::vector<uint16_t> low(values.size());
  std::ranges::transform(values, low.begin(), [](uint32_t value) { return static_cast<uint16_t>(value); });
  write_rows(section, first, low.data(), low.size());
  high_[static_cast<uint32_t>(section)].add(first, values);
}

void IndexWriter::write_high_halves() {
  for (uint32_t i = 0; i < kSections; ++i) {
    const std::vector<uint32_t>& blocks = high_[i].blocks();
    const std::vector<uint64_t>& words = high_[i].words();
    if (blocks.empty()) continue;
    const Section section = static_cast<Section>(i);
    place(blocks_of(section), blocks.size() * sizeof blocks[0]);
    write_rows(blocks_of(section), 0, blocks.data(), blocks.size());
    place(high_of(section), words.size() * sizeof words[0]);
    write_rows(high_of(section), 0, words.data(), words.size());
  }
}

void IndexWriter::write_small(Section section, const void* bytes, uint64_t count) {
  place(section, count);
  if (count == 0) return;  // crc32_z takes the null pointer of an empty table for a wish to start again
  write(section, 0, bytes, count);
  header_.small_crc =
      static_cast<uint32_t>(crc32_z(header_.small_crc, static_cast<const Bytef*>(bytes), count));
}

void IndexWriter::finish(IndexHeader header) {
  write_high_halves();
  std::memcpy(header.magic, kIndexMagic, sizeof header.magic);
  header.version = kIndexVersion;
  header.small_crc = header_.small_crc;
  std::copy(std::begin(header_.sections), std::end(header_.sections), header.sections);
  header.file_size = end_;
  header.crc =
      static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(&header), offsetof(IndexHeader, crc)));
  if (ftruncate(fd_.get(), static_cast<off_t>(end_)) != 0) fail("cannot be written", errno);
  if (pwrite(fd_.get(), &header, sizeof header, 0) != static_cast<ssize_t>(sizeof header)) {
    fail("cannot be written", errno);
  }
  if (temporary_.empty()) name();
  if (rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot be put in place", errno);
  temporary_.clear();
}

void IndexWriter::name() {
  const std::string name = temporary_name(path_);
  const std::string self = "/proc/self/fd/" + std::to_string(fd_.get());
  if (linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    fail("cannot be put in place", errno);
  }
  temporary_ = name;
}

void IndexWriter::fail(const char* doing, int error) const {
  const bool is_full = error == ENOSPC || error == EDQUOT;
  const std::string why = is_full ? "no space is left on the device" : std::strerror(error);
  throw Error(is_full ? ExitCode::kCaptureFailed : ExitCode::kUsage,
              "the index " + path_ + " " + doing + ": " + why);
}

}  // namespace heapdump
