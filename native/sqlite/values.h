#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "heap/heap_index.h"
#include "sqlite/sqlite_api.h"

namespace heapdump {

// The integers that satisfy `column OP value`, as a closed interval cut to 0 ... INT64_MAX; none if it is
// empty.
struct Interval {
  uint64_t low = 0;
  uint64_t high = INT64_MAX;
  bool empty() const { return low > high; }
  void restrict(unsigned char op, sqlite3_value* value);
};
// The id that a value names, or kNone; also for a null pointer.
uint32_t id_of(sqlite3_value* value, uint32_t objects);
// Empty for NULL and for a null pointer.
std::string text_of(sqlite3_value* value);
// hd_reference_kind, or -1.
int kind_of(sqlite3_value* value);

// What a function was given, by the number of the argument. The values are kept as long as the scan.
class Arguments {
 public:
  // Nothing, if the argument was not given.
  sqlite3_value* operator[](size_t argument) const {
    return argument < values_.size() ? values_[argument].get() : nullptr;
  }
  void clear() { values_.clear(); }
  // nullptr for one that was not given. Takes a copy.
  void add(sqlite3_value* value);

  // Whoever adds a text that is a number makes it one before: SQLite cannot do that with a copy.
  uint32_t id(size_t argument, const HeapIndex& heap) const {
    sqlite3_value* value = (*this)[argument];
    const bool is_text = value != nullptr && sqlite3_value_type(value) == SQLITE_TEXT;
    return is_text ? kNone : id_of(value, heap.objects());
  }
  std::string text(size_t argument) const { return text_of((*this)[argument]); }
  int64_t integer(size_t argument, int64_t otherwise) const;

 private:
  struct Free {
    void operator()(sqlite3_value* value) const { sqlite3_value_free(value); }
  };
  std::vector<std::unique_ptr<sqlite3_value, Free>> values_;
};

}  // namespace heapdump
