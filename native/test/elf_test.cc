// ELF images as they lie in memory: those of this process, and one whose tables are far from each other.
#include "process/elf.h"

#include <elf.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "process/page.h"

namespace heapdump {
namespace {

constexpr uint64_t kStringsAt = 16 << 20;

// A library whose table of names was moved to its end, as patchelf does; nothing is mapped in between.
class Moved {
 public:
  Moved()
      : at_(static_cast<char*>(
            mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    munmap(at_ + kPage, kStringsAt - kPage);
    const Elf64_Ehdr header{.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64}, .e_phoff = kSegments, .e_phnum = 2};
    put(0, header);
    put(kSegments, Elf64_Phdr{.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_memsz = kSize});
    put(kSegments + sizeof(Elf64_Phdr), Elf64_Phdr{.p_type = PT_DYNAMIC, .p_vaddr = kDynamic});
    const Elf64_Sxword tags[] = {DT_SYMTAB, DT_STRTAB, DT_GNU_HASH, DT_NULL};
    const uint64_t values[] = {kSymbols, kStringsAt, kHash, 0};
    for (int i = 0; i < 4; ++i)
      put(kDynamic + i * sizeof(Elf64_Dyn), Elf64_Dyn{.d_tag = tags[i], .d_un = {values[i]}});
    // In two buckets: `table` alone, and behind it `stderr` and `stdin`.
    put(kHash, std::vector<uint32_t>{2, 1, 1, 0, 0, 0, 1, 2, 1, 0, 1});
    const char names[] = "\0table\0stderr\0stdin";
    memcpy(at_ + kStringsAt, names, sizeof names);
    const auto variable = [](uint32_t name, uint64_t value) {
      return Elf64_Sym{
          .st_name = name, .st_info = STT_OBJECT, .st_shndx = 1, .st_value = value, .st_size = 8};
    };
    put(kSymbols, std::vector<Elf64_Sym>{{}, variable(1, 0x300), variable(7, 0x200), variable(14, 0x100)});
  }
  ~Moved() {
    munmap(at_, kPage);
    munmap(at_ + kStringsAt, kPage);
  }
  Moved(const Moved&) = delete;
  Moved& operator=(const Moved&) = delete;

  uint64_t start() const { return reinterpret_cast<uint64_t>(at_); }
  Mapping mapping() const {
    Mapping mapping{};
    mapping.start = start();
    mapping.end = start() + kPage;
    mapping.readable = true;
    mapping.inode = 1;
    mapping.path = "/lib/libmoved.so";
    return mapping;
  }

 private:
  static constexpr uint64_t kSegments = 0x40, kDynamic = 0x400, kHash = 0x500, kSymbols = 0x600;
  static constexpr uint64_t kSize = kStringsAt + kPage;

  template <typename T>
  void put(uint64_t offset, const T& value) {
    memcpy(at_ + offset, &value, sizeof value);
  }
  template <typename T>
  void put(uint64_t offset, const std::vector<T>& values) {
    memcpy(at_ + offset, values.data(), values.size() * sizeof(T));
  }

  char* at_;
};

TEST(Elf, NamesTheVariablesWhereverTheTableOfNamesIs) {
  const Memory memory(getpid());
  const Moved moved;
  const auto image = ElfImage::at(memory, moved.mapping());
  ASSERT_TRUE(image);
  std::vector<std::pair<uint64_t, std::string>> found;
  for (const auto& [address, size, name] : image->variables(memory)) {
    found.emplace_back(address - moved.start(), memory.text(name, 64));
  }
  const std::vector<std::pair<uint64_t, std::string>> expected{
      {0x100, "stdin"}, {0x200, "stderr"}, {0x300, "table"}};
  EXPECT_EQ(found, expected);
}

TEST(Elf, WhatIsAmongTheVariablesIsFoundByItsName) {
  const Memory memory(getpid());
  size_t checked = 0;
  for (const ElfImage& image : read_images(memory, read_maps(getpid()))) {
    for (const auto& [address, size, at] : image.variables(memory)) {
      const std::string name = memory.text(at, 4096);
      EXPECT_NE(image.symbol(memory, name), 0U) << image.path() << " " << name;
      ++checked;
    }
  }
  EXPECT_GT(checked, 100U);
}

}  // namespace
}  // namespace heapdump
