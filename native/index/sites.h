#pragma once
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dump/decoded_dump.h"
#include "index/address_ids.h"
#include "index/index_writer.h"

namespace heapdump {

// The functions of a dump by their lines.
class FunctionLines {
 public:
  explicit FunctionLines(const Definitions& definitions);

  // The function that a line of a file is in, if that is sure; else an empty name. The line of a `def` is of
  // the function and of what defines it, and code that has been freed is not in the dump.
  const std::string& at(const std::string& file, uint64_t line);

 private:
  struct Function {
    std::string name;
    uint64_t first_line;
    std::vector<std::pair<uint64_t, uint64_t>> lines;

    bool has(uint64_t line) const;
  };
  const std::string& find(const std::vector<Function>& functions, uint64_t line) const;

  std::unordered_map<std::string, std::vector<Function>> by_file_;
  std::unordered_map<std::string, std::unordered_map<uint64_t, const std::string*>> known_;
};

// Where objects were allocated: the sites that objects have, numbered, and the column of them, which there is
// only if any object has one.
class Sites {
 public:
  Sites(const Definitions& definitions, const AddressIds& ids, uint32_t objects, IndexWriter& writer);

  struct Frame {
    std::string file;
    std::string function;  // empty: not known
    uint64_t line;
  };
  struct Site {
    uint64_t total;
    std::vector<Frame> frames;
  };
  const std::vector<Site>& all() const { return sites_; }

 private:
  std::vector<Site> sites_;
};

}  // namespace heapdump
