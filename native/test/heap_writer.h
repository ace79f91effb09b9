// Objects as a test describes them, and dumps to which they are written one by one.
#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <ostream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "test/dump_writer.h"

namespace heapdump::test {

constexpr uint32_t kNothing = UINT32_MAX;  // the target of a reference that is not set
constexpr uint64_t kHeapType = 1 << 9;     // Py_TPFLAGS_HEAPTYPE

// Objects, their types and what they refer to are numbers, from which their addresses follow.
constexpr uint64_t address_of(uint32_t number) { return 0x7f0000000000 + 48 * uint64_t{number}; }

class HeapObject {
 public:
  struct Reference {
    uint8_t kind;
    std::string label;
    uint32_t target;
  };
  struct Root {
    uint8_t kind;
    std::string name;
  };
  struct Frame {
    uint32_t object;
    std::string function;
    std::string file;
  };
  struct TypeName {
    std::string module;
    std::string name;
    uint64_t flags = 0;
  };

  HeapObject(uint32_t number, uint32_t type) : number_(number), type_(type) {}
  HeapObject(const HeapObject&) = delete;
  HeapObject& operator=(const HeapObject&) = delete;

  operator uint32_t() const { return number_; }
  uint32_t type() const { return type_; }
  uint64_t size() const { return size_; }
  const std::vector<Reference>& named() const { return named_; }
  const std::vector<uint32_t>& rest() const { return rest_; }
  const std::vector<Root>& roots() const { return roots_; }

  HeapObject& reference(uint8_t kind, const std::string& label, uint32_t target) {
    named_.push_back({kind, label, target});
    return *this;
  }
  HeapObject& attribute(const std::string& name, uint32_t target) {
    return reference(HD_REF_ATTRIBUTE, name, target);
  }
  HeapObject& slot(const std::string& name, uint32_t target) { return reference(HD_REF_SLOT, name, target); }
  HeapObject& field(const std::string& name, uint32_t target) {
    return reference(HD_REF_FIELD, name, target);
  }
  HeapObject& cell(const std::string& name, uint32_t target) { return reference(HD_REF_CELL, name, target); }
  HeapObject& local(const std::string& name, uint32_t target) {
    return reference(HD_REF_LOCAL, name, target);
  }
  HeapObject& weak(const std::string& name, uint32_t target) { return reference(HD_REF_WEAK, name, target); }
  // References beyond the named ones, whose kinds come again and again.
  HeapObject& holds(const std::vector<uint8_t>& kinds, const std::vector<uint32_t>& targets) {
    tail_ = kinds;
    rest_.insert(rest_.end(), targets.begin(), targets.end());
    return *this;
  }
  HeapObject& items(const std::vector<uint32_t>& targets) {
    return holds({HD_REF_ITEM | HD_REF_INDEXED}, targets);
  }
  HeapObject& entry(uint32_t key, uint32_t value) { return holds({HD_REF_KEY, HD_REF_VALUE}, {key, value}); }

  HeapObject& size(uint64_t bytes) {
    size_ = bytes;
    return *this;
  }
  HeapObject& refcount(uint64_t count) {
    refcount_ = count;
    return *this;
  }
  HeapObject& content(std::string_view bytes, uint8_t flags = 0) {
    content_ = bytes;
    flags_ |= HD_HAS_CONTENT | flags;
    return *this;
  }
  HeapObject& immortal() {
    flags_ |= HD_IMMORTAL;
    return *this;
  }
  HeapObject& untracked() {
    flags_ &= ~HD_TRACKED;
    return *this;
  }
  HeapObject& generation(uint8_t generation) {
    flags_ |= static_cast<uint8_t>(HD_GENERATION_KNOWN | generation << HD_GENERATION_SHIFT);
    return *this;
  }
  // Of a type: hd_finalizer.
  HeapObject& has_finalizer(uint8_t kind) {
    finalizer_ = kind;
    return *this;
  }
  HeapObject& was_finalized() {
    finalized_ = true;
    return *this;
  }
  // Objects with references of these names and of this type do not report those at some positions; `also` is
  // an hd_unreported.
  HeapObject& does_not_report(const std::vector<uint64_t>& positions, uint8_t also = 0) {
    unreported_ = positions;
    unreported_also_ = also;
    return *this;
  }
  HeapObject& root(uint8_t kind, const std::string& name) {
    roots_.push_back({kind, name});
    return *this;
  }
  // It is a suspended greenlet with these frames, the innermost first; a frame without an object is kNothing.
  HeapObject& suspended(const std::vector<Frame>& stack) {
    stack_ = stack;
    return root(HD_ROOT_GREENLET, stack.back().function);
  }
  // It is a generator or the like that waits there.
  HeapObject& waits(uint64_t line, uint32_t awaited = kNothing, bool has_begun = true) {
    waits_ = true;
    line_ = line;
    awaited_ = awaited;
    has_begun_ = has_begun;
    return *this;
  }
  HeapObject& names_type(const std::string& module, const std::string& name, uint64_t flags) {
    type_name_ = {module, name, flags};
    return *this;
  }

 private:
  friend class HeapWriter;

  uint32_t number_;
  uint32_t type_;
  std::vector<Reference> named_;
  std::vector<uint8_t> tail_;
  std::vector<uint32_t> rest_;
  std::string content_;
  uint8_t flags_ = HD_TRACKED;
  uint64_t size_ = 16;
  // Never more references than the heap has: nothing is held by C but what is told.
  uint64_t refcount_ = 0;
  std::vector<Root> roots_;
  std::vector<Frame> stack_;
  bool waits_ = false, has_begun_ = false;
  uint64_t line_ = 0;
  uint32_t awaited_ = kNothing;
  uint8_t finalizer_ = 0, unreported_also_ = 0;
  bool finalized_ = false;
  std::vector<uint64_t> unreported_;
  TypeName type_name_;
};

// Writes a dump chunk by chunk; objects with references of the same names have one shape.
class HeapWriter {
 public:
  explicit HeapWriter(std::ostream& out, const std::string& mode = "fork") : out_(out) {
    out_ << file_header() << meta_chunk(mode);
  }

  void write(const HeapObject& object) {
    if (payload_.size() > kChunk) flush();
    const uint64_t address = address_of(object.number_);
    const HeapObject::TypeName& type = object.type_name_;
    if (!type.name.empty()) payload_.type(address, type.module, type.name, type.flags);
    if (object.finalizer_ != 0) payload_.finalizer(address, object.finalizer_);
    if (object.finalized_) payload_.finalized(address);
    const uint32_t shape = shape_of(object);
    if (!object.unreported_.empty() || object.unreported_also_ != 0)
      payload_.unreported(shape, object.unreported_also_, object.unreported_);
    std::vector<uint64_t> targets;
    for (const auto& reference : object.named_) targets.push_back(target(reference.target));
    size_t written = std::min(kPiece, object.rest_.size());
    for (size_t i = 0; i < written; ++i) targets.push_back(target(object.rest_[i]));
    payload_.objects(1);
    payload_.add({shape, address, object.size_, object.refcount_, object.flags_, object.content_}, targets);
    while (written < object.rest_.size()) {
      const size_t position = object.named_.size() + written;
      targets.clear();
      for (; targets.size() < kPiece && written < object.rest_.size(); ++written) {
        targets.push_back(target(object.rest_[written]));
      }
      flush();
      payload_.more(address, position, targets);
    }
    objects_++;
    references_ += object.named_.size() + object.rest_.size();
    for (const auto& [kind, name] : object.roots_) root(object, kind, name);
    if (object.waits_) {
      const bool is_any = object.awaited_ != kNothing;
      payload_.suspended(address, object.has_begun_, object.line_, is_any ? address_of(object.awaited_) : 0);
    }
    for (size_t depth = 0; depth < object.stack_.size(); ++depth) {
      const auto& [frame, function, file] = object.stack_[depth];
      payload_.greenlet_frame(target(frame), address, depth, function, file, 1);
    }
  }

  void root(uint32_t number, uint8_t kind, const std::string& name) {
    payload_.root(address_of(number), kind, name);
  }

  void finish(const std::string& status = "ok") {
    flush();
    out_ << end_chunk(objects_, references_, status);
    if (!out_.flush()) throw std::runtime_error("cannot write the dump");
  }

 private:
  using Fields = std::vector<std::pair<uint8_t, std::string>>;

  static constexpr size_t kChunk = 1 << 20;
  static constexpr size_t kPiece = 100000;

  static uint64_t target(uint32_t number) { return number == kNothing ? kNull : address_of(number); }

  uint32_t shape_of(const HeapObject& object) {
    Fields fields;
    for (const auto& reference : object.named_) fields.push_back({reference.kind, reference.label});
    const auto [shape, is_new] = shapes_.try_emplace({object.type_, fields, object.tail_}, shapes_.size());
    if (is_new) payload_.shape(shape->second, address_of(object.type_), fields, object.tail_);
    return shape->second;
  }
  void flush() {
    if (!payload_.empty()) out_ << chunk_of(HD_CHUNK_RECORDS, payload_.bytes());
    payload_.clear();
  }

  std::ostream& out_;
  RecordsPayload payload_;
  std::map<std::tuple<uint32_t, Fields, std::vector<uint8_t>>, uint32_t> shapes_;
  uint64_t objects_ = 0;
  uint64_t references_ = 0;
};

}  // namespace heapdump::test
