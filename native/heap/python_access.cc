#include "heap/python_access.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "heap/category.h"
#include "heap/namespaces.h"
#include "heap/python_name.h"

namespace heapdump {
namespace {

using Knowledge = Namespaces::Knowledge;

// Py_TPFLAGS_LIST_SUBCLASS and Py_TPFLAGS_TUPLE_SUBCLASS.
constexpr uint64_t kListOrTuple = uint64_t{3} << 25;

// Under which name a getter of a C type gives another object than the structure holds: a copy, a view, or
// what the object there leads to.
constexpr std::pair<std::string_view, std::string_view> kOtherGetters[] = {
    {"_asyncio.Future", "_callbacks"},
    {"_asyncio.Task", "_callbacks"},
    {"_ssl._SSLSocket", "owner"},
    {"_struct.Struct", "format"},
    {"Struct", "format"},
    {"frame", "f_locals"},
    {"re.Pattern", "groupindex"},
};

// Values of a class that Python gives for `Class.name` as they are, though they have a `__get__`.
constexpr std::string_view kGivenAsTheyAre[] = {"function",
                                                "property",
                                                "member_descriptor",
                                                "getset_descriptor",
                                                "method_descriptor",
                                                "wrapper_descriptor",
                                                "method",
                                                "collections._tuplegetter",
                                                "functools._lru_cache_wrapper",
                                                "functools.cached_property"};

// Python asks what they refer to.
constexpr std::string_view kProxies[] = {"weakproxy", "weakcallableproxy", "weakref.ProxyType",
                                         "types.GenericAlias", "weakref.CallableProxyType"};

struct Class {
  Class(const HeapIndex& heap, uint32_t type)
      : heap(heap), type(type), knowledge(heap.namespaces().knowledge(type)) {}

  uint32_t find(std::string_view name) const { return heap.namespaces().class_attribute(type, name); }
  std::string_view kind_of(std::string_view name) const {
    const uint32_t found = find(name);
    return found == kNone ? std::string_view() : heap.type_name(found);
  }
  // Attributes are looked up as Python does by itself.
  bool is_plain() const {
    const std::string_view kind = kind_of("__getattribute__");
    return kind.empty() || kind == "wrapper_descriptor";
  }
  bool defines(uint32_t object, std::string_view method) const {
    return heap.namespaces().class_attribute(heap.type(object), method) != kNone;
  }
  // Whether Python gets a part of the structure under that name, and not another part: a class may have
  // been given the descriptor of another name.
  bool reads_member(std::string_view name) const {
    const uint32_t found = find(name);
    if (found == kNone) return false;
    const std::string_view kind = heap.type_name(found);
    if (kind != "member_descriptor" && kind != "getset_descriptor") return false;
    const uint32_t own_name = field_of(heap, found, "__name__");
    return own_name == kNone || whole_str(heap, own_name) == name;
  }
  // Whether an attribute of the class comes before one of the object.
  bool goes_before(std::string_view name) const {
    const uint32_t found = find(name);
    return found != kNone && (defines(found, "__set__") || defines(found, "__delete__"));
  }

  const HeapIndex& heap;
  uint32_t type;
  Knowledge knowledge;
};

}  // namespace

bool gives_field(const HeapIndex& heap, uint32_t holder, std::string_view name, uint32_t held) {
  if (!is_python_name(name)) return false;
  const Class cls(heap, heap.type(holder));
  if (cls.knowledge == Knowledge::kNone) return true;
  if (cls.knowledge == Knowledge::kParts || !cls.is_plain() || !cls.reads_member(name)) return false;
  // A type gives a view of its dict, and a function makes a dict of annotations that are a tuple.
  if (name == "__dict__" && is_type_object(heap, holder)) return false;
  if (name == "__annotations__" && heap.type_name(held) != "dict") return false;
  // A static method in C has its type there, and gives None.
  if (name == "__self__" && heap.type_name(holder) == "builtin_function_or_method" &&
      is_type_object(heap, held)) {
    return false;
  }
  return std::ranges::find(kOtherGetters, std::pair(heap.type_name(holder), name)) == std::end(kOtherGetters);
}

bool gives_attribute(const HeapIndex& heap, uint32_t holder, std::string_view name, uint32_t held) {
  if (!is_python_name(name)) return false;
  const Class cls(heap, heap.type(holder));
  if (!cls.is_plain() || cls.goes_before(name)) return false;
  if (!is_type_object(heap, holder)) return true;
  return !cls.defines(held, "__get__") ||
         std::ranges::find(kGivenAsTheyAre, heap.type_name(held)) != std::end(kGivenAsTheyAre);
}

bool gives_namespace(const HeapIndex& heap, uint32_t holder) {
  const Class cls(heap, heap.type(holder));
  return cls.knowledge == Knowledge::kNone || (cls.is_plain() && cls.reads_member("__dict__"));
}

bool gives_values(const HeapIndex& heap, uint32_t holder) {
  return Class(heap, heap.type(holder)).kind_of("__getitem__") != "function";
}

bool gives_item(const HeapIndex& heap, uint32_t holder, uint64_t index) {
  const Class cls(heap, heap.type(holder));
  if (cls.knowledge == Knowledge::kNone) return true;
  if (!gives_values(heap, holder)) return false;
  const bool is_sequence = (heap.types()[cls.type].flags & kListOrTuple) != 0;
  if (!is_sequence && cls.kind_of("appendleft").empty()) return false;  // no deque either: an array
  // A structure of named fields, such as os.stat_result, has more fields than items.
  const uint32_t fields = cls.find("n_sequence_fields");
  const auto content = fields == kNone ? std::nullopt : heap.content(fields);
  if (!content) return true;
  uint64_t items = 0;
  std::from_chars(content->bytes.data(), content->bytes.data() + content->bytes.size(), items);
  return index < items;
}

bool gives_type(const HeapIndex& heap, uint32_t holder) {
  if (std::ranges::find(kProxies, heap.type_name(holder)) != std::end(kProxies)) return false;
  const Class cls(heap, heap.type(holder));
  const std::string_view kind = cls.kind_of("__class__");
  return cls.is_plain() && (kind.empty() || kind == "getset_descriptor");
}

}  // namespace heapdump
