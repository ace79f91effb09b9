#include "analysis/object_groupings.h"

#include <array>
#include <cstdio>

#include "heap/content_classes.h"
#include "heap/object_text.h"
#include "support/hash_numbers.h"

namespace heapdump {
namespace {

class ByKind : public Grouping {
 public:
  explicit ByKind(const ObjectKinds& kinds) : kinds_(kinds) {}
  uint32_t of(uint32_t id) override { return kinds_.of(id); }
  uint32_t count() const override { return kinds_.count(); }
  std::string name(uint32_t group) const override { return kinds_.name(group); }

 private:
  const ObjectKinds& kinds_;
};

class BySize : public Grouping {
 public:
  explicit BySize(const HeapIndex& heap) : heap_(heap) {}
  uint32_t of(uint32_t id) override {
    const uint64_t size = heap_.size(id);
    const uint64_t hash = size * 0x9e3779b97f4a7c15 >> 32;
    const uint32_t known = numbers_.find(hash, [&](uint32_t number) { return sizes_[number] == size; });
    if (known != kNone) return known;
    sizes_.push_back(size);
    return numbers_.add(hash);
  }
  uint32_t count() const override { return numbers_.count(); }
  std::string name(uint32_t group) const override { return std::to_string(sizes_[group]); }

 private:
  const HeapIndex& heap_;
  HashNumbers numbers_;
  std::vector<uint64_t> sizes_;
};

class ByContent : public Grouping {
 public:
  explicit ByContent(const HeapIndex& heap) : heap_(heap), contents_(heap) {}
  uint32_t of(uint32_t id) override { return contents_.of(id); }
  uint32_t count() const override { return contents_.count(); }
  std::string name(uint32_t group) const override {
    return format_content(heap_.content(contents_.example(group)).value_or(Content{}));
  }

 private:
  const HeapIndex& heap_;
  ContentClasses contents_;
};

class ById : public Grouping {
 public:
  explicit ById(const HeapIndex& heap) : heap_(heap) {}
  uint32_t of(uint32_t id) override { return id; }
  uint32_t count() const override { return heap_.objects(); }
  std::string name(uint32_t group) const override {
    std::array<char, 24> address;
    std::snprintf(address.data(), address.size(), "0x%llx ",
                  static_cast<unsigned long long>(heap_.address(group)));
    const std::string type(heap_.type_name(group));
    std::string text = object_text(heap_, group).text;
    return address.data() + type + (text == type ? "" : " " + text);
  }

 private:
  const HeapIndex& heap_;
};

class ByUnity : public Grouping {
 public:
  uint32_t of(uint32_t) override { return 0; }
  uint32_t count() const override { return 1; }
  std::string name(uint32_t) const override { return "all"; }
};

}  // namespace

std::unique_ptr<Grouping> by_kind(Groupings& groupings) {
  return std::make_unique<ByKind>(groupings.kinds());
}
std::unique_ptr<Grouping> by_size(Groupings& groupings) { return std::make_unique<BySize>(groupings.heap()); }
std::unique_ptr<Grouping> by_content(Groupings& groupings) {
  return std::make_unique<ByContent>(groupings.heap());
}
std::unique_ptr<Grouping> by_id(Groupings& groupings) { return std::make_unique<ById>(groupings.heap()); }
std::unique_ptr<Grouping> by_unity(Groupings&) { return std::make_unique<ByUnity>(); }

}  // namespace heapdump
