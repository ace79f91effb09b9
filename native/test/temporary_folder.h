#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace heapdump::test {

// A test with a folder of its own.
class TemporaryFolder : public ::testing::Test {
 protected:
  TemporaryFolder() : folder_(make()) {}
  ~TemporaryFolder() override { std::filesystem::remove_all(folder_); }

  const std::string& folder() const { return folder_; }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }

 private:
  static std::string make() {
    std::string name = std::filesystem::temp_directory_path() / "heapdump-test.XXXXXX";
    return mkdtemp(name.data());
  }

  const std::string folder_;
};

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes(std::filesystem::file_size(path), '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

}  // namespace heapdump::test
