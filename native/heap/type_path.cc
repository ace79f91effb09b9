#include "heap/type_path.h"

#include "heap/category.h"
#include "heap/label.h"
#include "heap/namespaces.h"
#include "heap/python_access.h"

namespace heapdump {
namespace {

// What `.name` gives of a module or a type that has it itself; kNone if that is not certain.
uint32_t own_attribute(const HeapIndex& heap, uint32_t holder, std::string_view name) {
  const uint32_t names = field_of(heap, holder, "__dict__");
  const uint32_t found = names == kNone ? kNone : heap.namespaces().entry(names, name);
  return found != kNone && gives_attribute(heap, holder, name, found) ? found : kNone;
}

struct TypeName {
  std::string_view name, module;
};

// Of a class that has no instance, the dump has no more than what it has of any object.
TypeName named(const HeapIndex& heap, uint32_t object) {
  const uint32_t row = heap.type_of_object(object);
  if (row != kNone) return {heap.text(heap.types()[row].name), heap.text(heap.types()[row].module)};
  const auto content = heap.content(object);
  const uint32_t names = field_of(heap, object, "__dict__");
  const uint32_t module = names == kNone ? kNone : heap.namespaces().entry(names, "__module__");
  return {content ? content->bytes : "?", module == kNone ? "" : whole_str(heap, module).value_or("")};
}

}  // namespace

std::string format_type(const HeapIndex& heap, uint32_t object) {
  const auto [name, module] = named(heap, object);
  const std::string otherwise = "<class " + std::string(name) + ">";
  std::string_view rest = name;
  if (rest.starts_with(module) && rest.substr(module.size()).starts_with('.'))
    rest.remove_prefix(module.size() + 1);
  uint32_t at = is_exact_name(module) ? heap.namespaces().module(module) : kNone;
  std::string path = "sys.modules[" + repr(module, false) + "]";
  while (at != kNone && !rest.empty()) {
    const std::string_view step = rest.substr(0, rest.find('.'));
    at = own_attribute(heap, at, step);
    (path += '.') += step;
    rest.remove_prefix(std::min(step.size() + 1, rest.size()));
  }
  return at == object ? path : otherwise;
}

}  // namespace heapdump
