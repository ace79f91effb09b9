// Heaps that a test builds object by object:
//
//   HeapBuilder heap;
//   const uint32_t user = heap.object(heap.type("app", "User")).attribute("name", heap.str("Ada")).size(48);
//   heap.module("app", {{"USERS", heap.list({user})}});
//   open_index(heap.dump());
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "test/heap_writer.h"

namespace heapdump::test {

class HeapBuilder {
 public:
  using Entries = std::vector<std::pair<std::string, uint32_t>>;

  HeapBuilder() { static_["type"] = object(0).names_type("", "type", 0).root(HD_ROOT_STATIC, "type"); }

  // Objects are numbered as they are made, and so are their addresses: their numbers are their ids in the
  // index. What is made stays where it is, so that more can be said of it while others are made.
  HeapObject& object(uint32_t type) { return objects_.emplace_back(size(), type); }
  HeapObject& object(const std::string& static_type_name) { return object(static_type(static_type_name)); }
  HeapObject& operator[](uint32_t number) { return objects_[number]; }
  const HeapObject& operator[](uint32_t number) const { return objects_[number]; }
  uint32_t size() const { return static_cast<uint32_t>(objects_.size()); }

  HeapObject& type(const std::string& module, const std::string& name) {
    return object(0).names_type(module, name, kHeapType);
  }
  // The static type of that name, made if it is new.
  uint32_t static_type(const std::string& name) {
    if (const auto found = static_.find(name); found != static_.end()) return found->second;
    const size_t dot = name.find('.');
    const std::string module = dot == name.npos ? "builtins" : name.substr(0, dot);
    return static_[name] = object(0)
                               .names_type(module, name.substr(dot == name.npos ? 0 : dot + 1), 0)
                               .root(HD_ROOT_STATIC, name);
  }

  HeapObject& str(const std::string& text) {
    return object("str").untracked().content(text, HD_CONTENT_IS_TEXT);
  }
  HeapObject& dict(const Entries& entries) {
    HeapObject& dict = object("dict").holds({HD_REF_KEY, HD_REF_VALUE}, {});
    for (const auto& [key, value] : entries) dict.entry(str(key), value);
    return dict;
  }
  HeapObject& list(const std::vector<uint32_t>& items) { return object("list").items(items); }
  HeapObject& tuple(const std::vector<uint32_t>& items) { return object("tuple").items(items); }
  HeapObject& set(const std::vector<uint32_t>& items) { return object("set").holds({HD_REF_ITEM}, items); }
  // A module in sys.modules, with its namespace.
  HeapObject& module(const std::string& name, const Entries& globals) {
    return object("module").attribute("__dict__", dict(globals)).root(HD_ROOT_MODULE, name);
  }
  // What a class defines itself.
  HeapObject& define(uint32_t type, const Entries& attributes) {
    return objects_[type].field("__dict__", dict(attributes)).field("__mro__", tuple({type}));
  }

  void write(HeapWriter& out) const {
    for (const HeapObject& object : objects_) out.write(object);
  }
  std::string dump(const std::string& mode = "fork", const std::string& status = "ok") const {
    std::ostringstream out;
    HeapWriter writer(out, mode);
    write(writer);
    writer.finish(status);
    return out.str();
  }

 private:
  std::deque<HeapObject> objects_;
  std::map<std::string, uint32_t> static_;
};

}  // namespace heapdump::test
