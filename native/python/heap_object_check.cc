// Objects that every CPython has, looked at through a row.
#include <cfloat>
#include <string>

#include "python/heap_layout_check.h"

namespace heapdump {
namespace {

class ObjectCheck : public LayoutCheck {
 public:
  using LayoutCheck::LayoutCheck;

  std::string run() const {
    return first_contradiction(*this, {&ObjectCheck::constants, &ObjectCheck::containers, &ObjectCheck::code,
                                       &ObjectCheck::instance});
  }

 private:
  // Values that the program itself cannot have changed are its own; what it has replaced is not looked at.
  std::string constants() const {
    if (const uint64_t largest = sys("maxsize"); view_.is(largest, types_.integer)) {
      const uint64_t digits =
          l_.int_tag == HD_ABSENT ? count(largest) : view_.word(largest + l_.int_tag) >> 3;
      if (digits != 3 || view_.value<uint32_t>(largest + l_.int_digits) != 0x3fffffff ||
          view_.value<uint32_t>(largest + l_.int_digits + 8) != 7)
        return "an int has other digits";
    }
    if (const uint64_t info = sys("float_info"); info != 0) {
      const uint64_t largest = tuple_item(info, 0);
      if (view_.is(largest, types_.floating) && view_.value<double>(largest + l_.float_value) != DBL_MAX)
        return "a float has another value";
    }
    if (const uint64_t order = sys("byteorder"); view_.is(order, types_.str) && view_.text(order) != "little")
      return "a str has another text";
    return "";
  }

  std::string containers() const {
    if (const uint64_t path = sys("meta_path"); view_.is(path, types_.list)) {
      const uint64_t items = view_.word(path + l_.list_items);
      const uint64_t size = count(path);
      if (size > view_.word(path + l_.list_allocated) || view_.word(path + l_.list_allocated) > 1 << 20)
        return "a list has another size";
      for (uint64_t i = 0; i < size; ++i) {
        if (!view_.is(view_.type_of(view_.type_of(view_.word(items + i * 8))), types_.type))
          return "a list has other items";
      }
    }
    const uint64_t names = sys("stdlib_module_names");
    return view_.is(names, types_.frozenset) ? set(names) : "";
  }

  // A frozenset of str: each entry has the hash that its str has (after the length, in every version).
  std::string set(uint64_t set) const {
    const uint64_t used = view_.word(set + l_.set_used);
    const uint64_t mask = view_.word(set + l_.set_mask);
    const uint64_t table = view_.word(set + l_.set_table);
    if ((mask & (mask + 1)) != 0 || mask > 1 << 20 || used > mask || view_.word(set + l_.set_fill) < used ||
        view_.word(set + l_.set_fill) > mask)
      return "a set has another size";
    uint64_t found = 0;
    for (uint64_t i = 0; i <= mask; ++i) {
      const uint64_t entry = table + i * l_.set_entry_size;
      const uint64_t key = view_.word(entry + l_.set_entry_key);
      if (key == 0) continue;
      ++found;
      if (!view_.is(key, types_.str) ||
          view_.word(key + l_.str_length + 8) != view_.word(entry + l_.set_entry_hash))
        return "a set has other entries";
    }
    return found == used ? "" : "a set has other entries";
  }

  // The code of a function that every CPython has.
  std::string code() const {
    const uint64_t function = importlib("_find_and_load");
    if (!view_.is(function, types_.function)) return "";
    uint64_t code = 0;
    for (uint64_t at = 16; at < row_.basic_sizes.function && code == 0; at += 8) {
      if (view_.is(view_.word(function + at), types_.code)) code = view_.word(function + at);
    }
    const auto number = [&](uint32_t field) { return view_.value<uint32_t>(code + field); };
    const auto object = [&](uint32_t field) { return view_.word(code + field); };
    if (view_.text(object(l_.code_name)) != "_find_and_load") return "code has another name";
    if (view_.text(object(l_.code_file)).find("importlib") == std::string::npos)
      return "code has another file";
    if (number(l_.code_argument_count) != 2) return "code has other arguments";
    if (!(number(l_.code_flags) & 2)) return "code has other flags";  // CO_NEWLOCALS
    if (number(l_.code_first_line) - 1 > 10000) return "code has no first line";
    if (number(l_.code_stack_size) - 1 > 1000 || number(l_.code_local_count) - 2 > 100)
      return "code has another size";
    if (!view_.is(object(l_.code_line_table), types_.bytes)) return "code has no lines";
    uint64_t names = 0;
    if (l_.code_varnames != HD_ABSENT) {
      names = object(l_.code_varnames);
      if (!view_.is(object(l_.code_cellvars), types_.tuple) ||
          !view_.is(object(l_.code_freevars), types_.tuple))
        return "code has no cells";
    } else {
      names = object(l_.code_locals_plus_names);
      const uint64_t kinds = object(l_.code_locals_plus_kinds);
      const uint32_t locals = number(l_.code_locals_plus_count);
      if (view_.text(object(l_.code_qualname)) != "_find_and_load") return "code has another qualified name";
      if (!view_.is(kinds, types_.bytes) || count(kinds) != locals || count(names) != locals)
        return "code has other locals";
    }
    if (!view_.is(names, types_.tuple) || view_.text(tuple_item(names, 0)) != "name")
      return "code has other locals";
    return "";
  }

  // sys.__spec__: an instance of an ordinary class, which keeps its first attribute in one of the ways there
  // are.
  std::string instance() const {
    const uint64_t spec = sys("__spec__");
    const uint64_t type = importlib("ModuleSpec");
    if (spec == 0 || !view_.is(spec, type)) return "";
    if (!(flags(type) >> 9 & 1)) return "a class has no heap type";  // Py_TPFLAGS_HEAPTYPE
    if (!view_.is(view_.lookup(view_.word(type + l_.type_dict), "__init__"), types_.function))
      return "a class has no methods";
    const uint64_t keys = view_.word(type + l_.heap_type_cached_keys);
    if (keys != 0 &&
        (view_.word(keys + l_.keys_entries) > 64 || view_.word(keys + l_.keys_refcount) - 1 > 1 << 30 ||
         view_.word(keys + l_.keys_usable) > 64))
      return "a class has other keys";
    if (l_.flag_managed_dict != 0 && !(flags(type) & l_.flag_managed_dict))
      return "a class has no managed dict";
    uint64_t dict = 0;
    uint64_t values = 0;
    if (l_.flag_managed_dict == 0) {
      dict = view_.word(spec + view_.word(type + l_.type_dictoffset));
    } else if (l_.managed_tagged != 0) {
      const uint64_t word = view_.word(spec + l_.managed_tagged);
      (word & 1 ? values : dict) = word & 1 ? word + 1 : word;
    } else {
      dict = view_.word(spec + l_.managed_dict);
      if (l_.managed_values != 0) {
        values = view_.word(spec + l_.managed_values);
      } else if (flags(type) & l_.flag_inline_values) {
        values = spec + view_.word(type + l_.type_basicsize);
        if (view_.value<uint8_t>(values + l_.values_valid) != 1) values = 0;
        if (values != 0 && view_.value<uint8_t>(values + l_.values_embedded) != 1)
          return "an instance's values are elsewhere";
        if (values != 0 && view_.value<uint8_t>(values + l_.values_capacity) - 1u > 63)
          return "an instance has another number of values";
      }
    }
    bool named = dict != 0 && view_.text(view_.lookup(dict, "name")) == "sys";
    for (int i = 0; values != 0 && i < 8 && !named; ++i)
      named = view_.text(view_.word(values + l_.values_values + i * 8)) == "sys";
    return named ? "" : "an instance's attributes are elsewhere";
  }
};

}  // namespace

std::string object_contradiction(const Memory& memory, const Interpreter& interpreter,
                                 const CPythonLayout& row) {
  return ObjectCheck(memory, interpreter, row).run();
}

}  // namespace heapdump
