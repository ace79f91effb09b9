// Heaps that a test makes object by object.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "test/dump_writer.h"

namespace heapdump::test {

// Objects are numbered in the order of their addresses, so that their numbers are their ids in the index.
class MadeHeap {
 public:
  static constexpr uint32_t kNothing = UINT32_MAX;

  struct Reference {
    uint8_t kind;
    std::string label;
    uint32_t target;
  };
  struct Object {
    uint32_t type;
    std::vector<Reference> named;
    std::vector<uint8_t> tail;  // kinds of the references beyond the named ones
    std::vector<uint32_t> rest;
    std::string content;
    uint8_t flags = HD_TRACKED;
    uint64_t size = 16;
  };
  struct Root {
    uint32_t object;
    uint8_t kind;
    std::string name;
  };

  std::vector<Object> objects;
  std::vector<Root> roots;

  MadeHeap() {
    Type("", "type");
    Begin(0, HD_ROOT_STATIC, "type");
  }

  uint32_t Type(const std::string& module, const std::string& name) {
    const uint32_t type = Put({0});
    types_.push_back({type, module, name});
    return type;
  }
  // The type of that name, static where it is new.
  uint32_t Static(const std::string& name) {
    for (const auto& type : types_) {
      if (type.name == name) return type.object;
    }
    const size_t dot = name.find('.');
    const uint32_t type =
        dot == name.npos ? Type("builtins", name) : Type(name.substr(0, dot), name.substr(dot + 1));
    types_.back().name = name;
    Begin(type, HD_ROOT_STATIC, name);
    return type;
  }

  uint32_t Put(Object object) {
    objects.push_back(std::move(object));
    return static_cast<uint32_t>(objects.size()) - 1;
  }
  uint32_t Instance(uint32_t type, std::vector<Reference> named = {}) {
    return Put({type, std::move(named)});
  }
  uint32_t Str(const std::string& text) {
    return Put({Static("str"), {}, {}, {}, text, HD_HAS_CONTENT | HD_CONTENT_IS_TEXT});
  }
  uint32_t Dict(const std::vector<std::pair<std::string, uint32_t>>& entries) {
    const uint32_t dict = Put({Static("dict"), {}, {HD_REF_KEY, HD_REF_VALUE}});
    for (const auto& [key, value] : entries) Enter(dict, Str(key), value);
    return dict;
  }
  void Enter(uint32_t dict, uint32_t key, uint32_t value) {
    objects[dict].rest.push_back(key);
    objects[dict].rest.push_back(value);
  }
  uint32_t List(std::vector<uint32_t> items) {
    return Put({Static("list"), {}, {HD_REF_ITEM | HD_REF_INDEXED}, std::move(items)});
  }
  uint32_t Tuple(std::vector<uint32_t> items) {
    return Put({Static("tuple"), {}, {HD_REF_ITEM | HD_REF_INDEXED}, std::move(items)});
  }
  uint32_t Set(std::vector<uint32_t> items) {
    return Put({Static("set"), {}, {HD_REF_ITEM}, std::move(items)});
  }
  // A module in sys.modules, with its namespace.
  uint32_t Module(const std::string& name, const std::vector<std::pair<std::string, uint32_t>>& globals) {
    const uint32_t module = Instance(Static("module"), {{HD_REF_ATTRIBUTE, "__dict__", Dict(globals)}});
    Begin(module, HD_ROOT_MODULE, name);
    return module;
  }
  void Begin(uint32_t object, uint8_t kind, const std::string& name) {
    roots.push_back({object, kind, name});
  }

  std::string Dump() const {
    RecordsPayload records;
    for (const auto& type : types_)
      records.Type(Address(type.object), type.module, Unqualified(type), 1 << 9);
    uint64_t references = 0;
    for (uint32_t i = 0; i < objects.size(); i++) {
      std::vector<std::pair<uint8_t, std::string>> fields;
      for (const Reference& reference : objects[i].named) fields.push_back({reference.kind, reference.label});
      records.Shape(i, Address(objects[i].type), fields, objects[i].tail);
      references += objects[i].named.size() + objects[i].rest.size();
    }
    for (const Root& root : roots) records.Root(Address(root.object), root.kind, root.name);
    records.Objects(objects.size());
    for (uint32_t i = 0; i < objects.size(); i++) {
      std::vector<uint64_t> targets;
      for (const Reference& reference : objects[i].named) targets.push_back(Address(reference.target));
      for (const uint32_t target : objects[i].rest) targets.push_back(Address(target));
      // Never more references than the heap has: nothing is held from C but what is told.
      records.Add({i, Address(i), objects[i].size, 0, objects[i].flags, objects[i].content}, targets);
    }
    return FileHeader() + MetaChunk() + ChunkOf(HD_CHUNK_RECORDS, records.bytes()) +
           EndChunk(objects.size(), references);
  }

 private:
  struct TypeName {
    uint32_t object;
    std::string module;
    std::string name;
  };

  static uint64_t Address(uint32_t i) { return i == kNothing ? kNull : 0x7f0000000000 + 64 * uint64_t{i}; }
  static std::string Unqualified(const TypeName& type) {
    return type.name.starts_with(type.module + ".") ? type.name.substr(type.module.size() + 1) : type.name;
  }

  std::vector<TypeName> types_;
};

}  // namespace heapdump::test
