#pragma once
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "process/maps.h"
#include "process/memory.h"

namespace heapdump {

// An ELF file as it lies in a process's memory. Everything is read from there, so a file that was replaced or
// deleted on disk, a stripped one and one in another mount namespace are all the same.
class ElfImage {
 public:
  // Nothing if `mapping` does not begin a 64-bit ELF image with a dynamic section.
  static std::optional<ElfImage> at(const Memory& memory, const Mapping& mapping);

  // The address of an exported symbol; 0 if there is none.
  uint64_t symbol(const Memory& memory, const std::string& name) const;
  // The exported function that `address` lies in, or empty.
  std::string function_at(const Memory& memory, uint64_t address) const;
  struct Variable {
    uint64_t address;
    uint64_t size;
    uint64_t name;  // its address
  };
  // The exported ones, sorted by address.
  std::vector<Variable> variables(const Memory& memory) const;

  // Behind each executable segment, what is left of its last page: bytes that belong to nothing.
  struct Tail {
    uint64_t start;
    uint64_t end;
  };
  const std::vector<Tail>& code_tails() const { return code_tails_; }

  // Writable segments: static variables.
  struct Data {
    uint64_t start;
    uint64_t end;
  };
  const std::vector<Data>& data() const { return data_; }

  const std::string& path() const { return path_; }
  bool contains(uint64_t address) const { return address >= start_ && address < end_; }
  uint64_t start() const { return start_; }
  uint64_t end() const { return end_; }

 private:
  struct GnuHash {
    uint32_t bucket_count;
    uint32_t first_symbol;
    // Addresses.
    uint64_t buckets;
    uint64_t chains;

    uint64_t chain(uint64_t symbol) const { return chains + (symbol - first_symbol) * sizeof(uint32_t); }
  };

  std::optional<GnuHash> gnu_hash(const Memory& memory) const;
  uint64_t gnu_hash_count(const Memory& memory) const;
  uint64_t gnu_hash_lookup(const Memory& memory, const std::string& name) const;
  uint64_t hash_lookup(const Memory& memory, const std::string& name) const;
  bool is_symbol(const Memory& memory, uint64_t index, const std::string& name, uint64_t* value) const;
  uint64_t symbol_count(const Memory& memory) const;

  std::string path_;
  std::vector<Tail> code_tails_;
  std::vector<Data> data_;
  uint64_t start_ = 0;
  uint64_t end_ = 0;
  uint64_t bias_ = 0;
  uint64_t symbols_ = 0;
  uint64_t strings_ = 0;
  uint64_t gnu_hash_ = 0;
  uint64_t hash_ = 0;
};

// All of a process's images.
std::vector<ElfImage> read_images(const Memory& memory, const std::vector<Mapping>& maps);

// That of the program that was executed; null if it is none of these.
const ElfImage* find_program(pid_t pid, const std::vector<ElfImage>& images);

}  // namespace heapdump
