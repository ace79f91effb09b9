#include "process/elf.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "process/page.h"
#include "process/status.h"

namespace heapdump {
namespace {

// Bounds on what a damaged or hostile image can make us read.
constexpr int kMaxProgramHeaders = 64;
constexpr int kMaxDynamicEntries = 512;
constexpr uint32_t kMaxSymbols = 1 << 20;

}  // namespace

std::optional<ElfImage> ElfImage::at(const Memory& memory, const Mapping& mapping) {
  if (mapping.offset != 0 || !mapping.readable || mapping.inode == 0) return std::nullopt;
  Elf64_Ehdr header;
  if (!memory.try_get(mapping.start, &header) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phnum > kMaxProgramHeaders) {
    return std::nullopt;
  }
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  if (!memory.try_read(mapping.start + header.e_phoff, segments.data(),
                       segments.size() * sizeof(Elf64_Phdr))) {
    return std::nullopt;
  }
  uint64_t lowest = UINT64_MAX;
  uint64_t highest = 0;
  uint64_t dynamic = 0;
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type == PT_LOAD) {
      lowest = std::min<uint64_t>(lowest, segment.p_vaddr & ~(kPage - 1));
      highest = std::max<uint64_t>(highest, segment.p_vaddr + segment.p_memsz);
    }
    if (segment.p_type == PT_DYNAMIC) dynamic = segment.p_vaddr;
  }
  if (dynamic == 0 || lowest > highest) return std::nullopt;

  ElfImage image;
  image.path_ = mapping.path;
  image.bias_ = mapping.start - lowest;
  image.start_ = mapping.start;
  image.end_ = image.bias_ + highest;
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type != PT_LOAD || !(segment.p_flags & PF_W)) continue;
    const uint64_t start = image.bias_ + segment.p_vaddr;
    image.data_.push_back({(start + 7) & ~uint64_t{7}, start + segment.p_memsz});
  }
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type != PT_LOAD || !(segment.p_flags & PF_X) || segment.p_flags & PF_W) continue;
    const uint64_t end = image.bias_ + segment.p_vaddr + segment.p_memsz;
    image.code_tails_.push_back({end, pages(end)});
  }
  for (int i = 0; i < kMaxDynamicEntries; ++i) {
    Elf64_Dyn entry;
    if (!memory.try_get(image.bias_ + dynamic + i * sizeof entry, &entry) || entry.d_tag == DT_NULL) break;
    // glibc's loader writes the relocated address back, musl's leaves the offset.
    uint64_t value = entry.d_un.d_ptr;
    if (!image.contains(value)) value += image.bias_;
    if (entry.d_tag == DT_SYMTAB) image.symbols_ = value;
    if (entry.d_tag == DT_STRTAB) image.strings_ = value;
    if (entry.d_tag == DT_GNU_HASH) image.gnu_hash_ = value;
    if (entry.d_tag == DT_HASH) image.hash_ = value;
  }
  if (image.symbols_ == 0 || image.strings_ == 0) return std::nullopt;
  return image;
}

uint64_t ElfImage::symbol(const Memory& memory, const std::string& name) const {
  return gnu_hash_ != 0 ? gnu_hash_lookup(memory, name) : hash_lookup(memory, name);
}

bool ElfImage::is_symbol(const Memory& memory, uint64_t index, const std::string& name,
                         uint64_t* value) const {
  Elf64_Sym symbol;
  if (!memory.try_get(symbols_ + index * sizeof symbol, &symbol) || symbol.st_shndx == SHN_UNDEF)
    return false;
  std::vector<char> found(name.size() + 1);
  if (!memory.try_read(strings_ + symbol.st_name, found.data(), found.size()) ||
      memcmp(found.data(), name.c_str(), found.size()) != 0) {
    return false;
  }
  *value = bias_ + symbol.st_value;
  return true;
}

std::optional<ElfImage::GnuHash> ElfImage::gnu_hash(const Memory& memory) const {
  struct {
    uint32_t buckets, first_symbol, bloom_words, shift;
  } header;
  if (!memory.try_get(gnu_hash_, &header) || header.buckets == 0) return std::nullopt;
  const uint64_t buckets = gnu_hash_ + sizeof header + header.bloom_words * uint64_t{8};
  return GnuHash{header.buckets, header.first_symbol, buckets, buckets + header.buckets * uint64_t{4}};
}

uint64_t ElfImage::gnu_hash_lookup(const Memory& memory, const std::string& name) const {
  const std::optional<GnuHash> table = gnu_hash(memory);
  if (!table) return 0;
  uint32_t hash = 5381;
  for (unsigned char c : name) hash = hash * 33 + c;
  uint32_t index;
  if (!memory.try_get(table->buckets + (hash % table->bucket_count) * uint64_t{4}, &index) ||
      index < table->first_symbol)
    return 0;
  for (uint32_t end = index + kMaxSymbols; index < end; ++index) {
    uint32_t chain;
    if (!memory.try_get(table->chain(index), &chain)) return 0;
    uint64_t value;
    if ((chain | 1) == (hash | 1) && is_symbol(memory, index, name, &value)) return value;
    if (chain & 1) return 0;
  }
  return 0;
}

uint64_t ElfImage::hash_lookup(const Memory& memory, const std::string& name) const {
  for (uint64_t index = 0, count = symbol_count(memory); index < count; ++index) {
    uint64_t value;
    if (is_symbol(memory, index, name, &value)) return value;
  }
  return 0;
}

uint64_t ElfImage::symbol_count(const Memory& memory) const {
  if (gnu_hash_ != 0) return gnu_hash_count(memory);
  struct {
    uint32_t buckets, chains;
  } table;
  return hash_ != 0 && memory.try_get(hash_, &table) ? std::min(table.chains, kMaxSymbols) : 0;
}

// The table does not tell how many there are: the last of them ends the last chain.
uint64_t ElfImage::gnu_hash_count(const Memory& memory) const {
  const std::optional<GnuHash> table = gnu_hash(memory);
  if (!table || table->bucket_count > kMaxSymbols) return 0;
  std::vector<uint32_t> buckets(table->bucket_count);
  if (!memory.try_read(table->buckets, buckets.data(), buckets.size() * sizeof(uint32_t))) return 0;
  const uint32_t last = *std::ranges::max_element(buckets);
  if (last < table->first_symbol || last >= kMaxSymbols) return 0;
  for (uint64_t index = last; index < kMaxSymbols; ++index) {
    uint32_t chain;
    if (!memory.try_get(table->chain(index), &chain)) return 0;
    if (chain & 1) return index + 1;
  }
  return 0;
}

std::string ElfImage::function_at(const Memory& memory, uint64_t address) const {
  std::vector<Elf64_Sym> symbols(symbol_count(memory));
  if (!memory.try_read(symbols_, symbols.data(), symbols.size() * sizeof(Elf64_Sym))) return "";
  for (const Elf64_Sym& symbol : symbols) {
    if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_shndx != SHN_UNDEF &&
        address - bias_ - symbol.st_value < symbol.st_size) {
      return memory.text(strings_ + symbol.st_name, 128);
    }
  }
  return "";
}

std::vector<ElfImage::Variable> ElfImage::variables(const Memory& memory) const {
  std::vector<Elf64_Sym> symbols(symbol_count(memory));
  std::vector<Variable> found;
  if (!memory.try_read(symbols_, symbols.data(), symbols.size() * sizeof(Elf64_Sym))) return found;
  for (const Elf64_Sym& symbol : symbols) {
    if (ELF64_ST_TYPE(symbol.st_info) == STT_OBJECT && symbol.st_shndx != SHN_UNDEF && symbol.st_size > 0)
      found.push_back({bias_ + symbol.st_value, symbol.st_size, strings_ + symbol.st_name});
  }
  std::ranges::sort(found, {}, &Variable::address);
  return found;
}

std::vector<ElfImage> read_images(const Memory& memory, const std::vector<Mapping>& maps) {
  std::vector<ElfImage> images;
  for (const Mapping& mapping : maps) {
    if (auto image = ElfImage::at(memory, mapping)) images.push_back(std::move(*image));
  }
  return images;
}

const ElfImage* find_program(pid_t pid, const std::vector<ElfImage>& images) {
  std::ifstream file(proc_path(pid, "auxv"), std::ios::binary);
  for (Elf64_auxv_t entry; file.read(reinterpret_cast<char*>(&entry), sizeof entry);) {
    if (entry.a_type != AT_PHDR) continue;
    for (const ElfImage& image : images) {
      if (image.contains(entry.a_un.a_val)) return &image;
    }
  }
  return nullptr;
}

}  // namespace heapdump
