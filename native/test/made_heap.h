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
    type("", "type");
    begin(0, HD_ROOT_STATIC, "type");
  }

  uint32_t type(const std::string& module, const std::string& name) {
    const uint32_t type = put({0});
    types_.push_back({type, module, name});
    return type;
  }
  // The type of that name, static where it is new.
  uint32_t static_root(const std::string& name) {
    for (const auto& type : types_) {
      if (type.name == name) return type.object;
    }
    const size_t dot = name.find('.');
    const uint32_t created =
        dot == name.npos ? type("builtins", name) : type(name.substr(0, dot), name.substr(dot + 1));
    types_.back().name = name;
    begin(created, HD_ROOT_STATIC, name);
    return created;
  }

  uint32_t put(Object object) {
    objects.push_back(std::move(object));
    return static_cast<uint32_t>(objects.size()) - 1;
  }
  uint32_t instance(uint32_t type, std::vector<Reference> named = {}) {
    return put({type, std::move(named)});
  }
  uint32_t str(const std::string& text) {
    return put({static_root("str"), {}, {}, {}, text, HD_HAS_CONTENT | HD_CONTENT_IS_TEXT});
  }
  uint32_t dict(const std::vector<std::pair<std::string, uint32_t>>& entries) {
    const uint32_t dict = put({static_root("dict"), {}, {HD_REF_KEY, HD_REF_VALUE}});
    for (const auto& [key, value] : entries) enter(dict, str(key), value);
    return dict;
  }
  void enter(uint32_t dict, uint32_t key, uint32_t value) {
    objects[dict].rest.push_back(key);
    objects[dict].rest.push_back(value);
  }
  uint32_t list(std::vector<uint32_t> items) {
    return put({static_root("list"), {}, {HD_REF_ITEM | HD_REF_INDEXED}, std::move(items)});
  }
  uint32_t tuple(std::vector<uint32_t> items) {
    return put({static_root("tuple"), {}, {HD_REF_ITEM | HD_REF_INDEXED}, std::move(items)});
  }
  uint32_t set(std::vector<uint32_t> items) {
    return put({static_root("set"), {}, {HD_REF_ITEM}, std::move(items)});
  }
  // A module in sys.modules, with its namespace.
  uint32_t module(const std::string& name, const std::vector<std::pair<std::string, uint32_t>>& globals) {
    const uint32_t module = instance(static_root("module"), {{HD_REF_ATTRIBUTE, "__dict__", dict(globals)}});
    begin(module, HD_ROOT_MODULE, name);
    return module;
  }
  void begin(uint32_t object, uint8_t kind, const std::string& name) {
    roots.push_back({object, kind, name});
  }

  std::string dump() const {
    RecordsPayload records;
    for (const auto& type : types_)
      records.type(address(type.object), type.module, unqualified(type), 1 << 9);
    uint64_t references = 0;
    for (uint32_t i = 0; i < objects.size(); ++i) {
      std::vector<std::pair<uint8_t, std::string>> fields;
      for (const Reference& reference : objects[i].named) fields.push_back({reference.kind, reference.label});
      records.shape(i, address(objects[i].type), fields, objects[i].tail);
      references += objects[i].named.size() + objects[i].rest.size();
    }
    for (const Root& root : roots) records.root(address(root.object), root.kind, root.name);
    records.objects(objects.size());
    for (uint32_t i = 0; i < objects.size(); ++i) {
      std::vector<uint64_t> targets;
      for (const Reference& reference : objects[i].named) targets.push_back(address(reference.target));
      for (const uint32_t target : objects[i].rest) targets.push_back(address(target));
      // Never more references than the heap has: nothing is held by C but what is told.
      records.add({i, address(i), objects[i].size, 0, objects[i].flags, objects[i].content}, targets);
    }
    return file_header() + meta_chunk() + chunk_of(HD_CHUNK_RECORDS, records.bytes()) +
           end_chunk(objects.size(), references);
  }

 private:
  struct TypeName {
    uint32_t object;
    std::string module;
    std::string name;
  };

  static uint64_t address(uint32_t i) { return i == kNothing ? kNull : 0x7f0000000000 + 64 * uint64_t{i}; }
  static std::string unqualified(const TypeName& type) {
    return type.name.starts_with(type.module + ".") ? type.name.substr(type.module.size() + 1) : type.name;
  }

  std::vector<TypeName> types_;
};

}  // namespace heapdump::test
