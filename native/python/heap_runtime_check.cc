// The runtime of a CPython, its interpreters, threads and types, looked at through a row.
#include <string>

#include "python/heap_layout_check.h"

namespace heapdump {
namespace {

constexpr int kMaxThreads = 100000;
constexpr int kMaxFrames = 64;

class RuntimeCheck : public LayoutCheck {
 public:
  using LayoutCheck::LayoutCheck;

  std::string run() const {
    return first_contradiction(
        *this, {&RuntimeCheck::debug_offsets, &RuntimeCheck::types, &RuntimeCheck::static_type,
                &RuntimeCheck::interpreters, &RuntimeCheck::roots, &RuntimeCheck::threads,
                &RuntimeCheck::frames, &RuntimeCheck::collector, &RuntimeCheck::gil});
  }

 private:
  std::string debug_offsets() const {
    if (!has_debug_offsets_) return "";
    const auto entry = [&](uint16_t at) { return at == 0 ? 0 : view_.word(interpreter_.runtime() + at); };
    for (const DebugOffset& offset : row_.debug_offsets) {
      if (offset.name == nullptr) break;
      if (entry(offset.at) + entry(offset.plus) - entry(offset.minus) != l_.*offset.field)
        return std::string(offset.name) + " is elsewhere, it says itself";
    }
    return "";
  }

  std::string type(uint64_t type, const char* name, uint32_t basic_size, int subclass_bit) const {
    const std::string the = std::string("the type ") + name;
    if (!view_.is(type, types_.type)) return the + " is not a type";
    if (view_.type_name(type) != name) return the + " has another name";
    if (basic_size != 0 && view_.word(type + l_.type_basicsize) != basic_size)
      return the + " has instances of another size";
    if (subclass_bit != 0 && !(flags(type) >> subclass_bit & 1)) return the + " has other flags";
    if (type == types_.object) return "";
    if (!view_.is(view_.word(type + l_.type_base), types_.type)) return the + " has no base";
    const uint64_t mro = view_.word(type + l_.type_mro);
    if (!view_.is(mro, types_.tuple) || tuple_item(mro, 0) != type) return the + " has no method order";
    return "";
  }

  std::string types() const {
    const CPythonLayout::BasicSizes& sizes = row_.basic_sizes;
    struct {
      uint64_t address;
      const char* name;
      uint32_t basic_size;
      int subclass_bit;  // Py_TPFLAGS_*_SUBCLASS, of the stable ABI
    } const expected[] = {{types_.object, "object", 16, 0},
                          {types_.type, "type", sizes.type, 31},
                          {types_.dict, "dict", sizes.dict, 29},
                          {types_.ordered_dict, "collections.OrderedDict", 0, 29},
                          {types_.list, "list", sizes.list, 25},
                          {types_.tuple, "tuple", sizes.tuple, 26},
                          {types_.set, "set", sizes.set, 0},
                          {types_.frozenset, "frozenset", sizes.set, 0},
                          {types_.str, "str", sizes.str, 28},
                          {types_.integer, "int", 0, 24},
                          {types_.boolean, "bool", 0, 24},
                          {types_.floating, "float", 24, 0},
                          {types_.bytes, "bytes", l_.bytes_value + 1, 27},
                          {types_.module, "module", sizes.module, 0},
                          {types_.code, "code", sizes.code, 0},
                          {types_.frame, "frame", sizes.frame, 0},
                          {types_.generator, "generator", sizes.generator, 0},
                          {types_.cell, "cell", 24, 0},
                          {types_.function, "function", sizes.function, 0},
                          {types_.method, "method", 0, 0}};
    for (const auto& [address, name, basic_size, bit] : expected) {
      if (std::string found = type(address, name, basic_size, bit); !found.empty()) return found;
    }
    if (view_.word(types_.tuple + l_.type_itemsize) != 8) return "the items of a tuple have another size";
    if (view_.word(types_.module + l_.type_dictoffset) != l_.module_dict)
      return "a module's dict is elsewhere";
    if (view_.word(types_.dict + l_.type_traverse) == 0) return "dict has no tp_traverse";
    if (view_.word(types_.type + l_.type_is_gc) == 0) return "type has no tp_is_gc";
    if (view_.word(types_.object + l_.type_is_gc) != 0) return "object has a tp_is_gc";
    return members();
  }

  // The members of `function` are references; the first is `__closure__`.
  std::string members() const {
    const uint64_t members = view_.word(types_.function + l_.type_members);
    for (int i = 0; i < 2; ++i) {
      const uint64_t member = members + i * uint64_t{l_.member_size};
      const std::string name = view_.c_string(view_.word(member + l_.member_name));
      const auto type = view_.value<uint32_t>(member + l_.member_type);
      if ((i == 0 ? name != "__closure__" : !name.starts_with("__")) ||
          (type != l_.member_object && type != l_.member_object_ex) ||
          view_.word(member + l_.member_offset) >= row_.basic_sizes.function)
        return "the members of a function are elsewhere";
    }
    return "";
  }

  // `dict` is a static type: its tp_dict and tp_subclasses may be kept by the interpreter.
  std::string static_type() const {
    uint64_t dict = view_.word(types_.dict + l_.type_dict);
    uint64_t subclasses = view_.word(types_.dict + l_.type_subclasses);
    if (l_.static_types[0] != HD_ABSENT) {
      if (!(flags(types_.dict) & l_.flag_static_builtin)) return "dict is not a static type";
      const uint64_t known = view_.word(state_ + l_.static_type_count[0]);
      if (known > 1000 || subclasses == 0 || subclasses > known) return "the static types are not counted so";
      const uint64_t entry = state_ + l_.static_types[0] + (subclasses - 1) * l_.static_type_size;
      if (l_.static_type_type != HD_ABSENT && view_.word(entry + l_.static_type_type) != types_.dict)
        return "the static types are elsewhere";
      dict = view_.word(entry + l_.static_type_dict);
      subclasses = view_.word(entry + l_.static_type_subclasses);
    }
    if (view_.lookup(dict, "fromkeys") == 0) return "dict has no fromkeys";
    // OrderedDict is one.
    if (!view_.is(subclasses, types_.dict)) return "dict has no subclasses";
    return "";
  }

  std::string interpreters() const {
    uint64_t state = view_.word(interpreter_.runtime() + l_.runtime_interpreters);
    bool main = false;
    for (int i = 0; state != 0 && i < 4096; ++i) {
      const uint64_t id = view_.word(state + l_.interpreter_id);
      if (id > 1u << 20) return "an interpreter has no id";
      if (state == state_) main = id == 0;
      state = view_.word(state + l_.interpreter_next);
    }
    return main && state == 0 ? "" : "the main interpreter is not in their list";
  }

  std::string roots() const {
    const uint64_t modules = view_.word(state_ + l_.interpreter_modules);
    const uint64_t sysdict = view_.word(state_ + l_.interpreter_sysdict);
    const uint64_t builtins = view_.word(state_ + l_.interpreter_builtins);
    const uint64_t importlib_module = view_.word(state_ + l_.interpreter_importlib);
    bool all_str = true;
    uint64_t used = 0;
    const bool sane = view_.visit_dict(modules, [&](uint64_t key, uint64_t) {
      const uint64_t type = view_.type_of(key);
      ++used;
      return all_str = type != 0 && flags(type) >> 28 & 1;
    });
    if (!sane || !all_str || used != view_.word(modules + l_.dict_used))
      return "sys.modules is not a dict of names";
    const uint64_t sys_module = view_.lookup(modules, "sys");
    if (!view_.is(sys_module, types_.module)) return "sys.modules has no sys";
    if (view_.word(sys_module + l_.module_dict) != sysdict) return "the dict of sys is another one";
    if (view_.lookup(sysdict, "maxsize") == 0) return "sys has no maxsize";
    if (view_.lookup(builtins, "dict") != types_.dict) return "builtins has no dict";
    if (!view_.is(importlib_module, types_.module) || importlib("_find_and_load") == 0)
      return "importlib is not a module";
    return "";
  }

  std::string threads() const {
    uint64_t thread = view_.word(state_ + l_.interpreter_threads);
    if (thread == 0) return "it has no threads";
    bool any_started = false;
    for (int i = 0; thread != 0 && i < kMaxThreads; ++i) {
      // 0: it is being started, or the kernel refused to (CPython then leaves it in the list).
      const uint64_t identity = view_.word(thread + l_.thread_identity);
      const uint64_t id = l_.thread_native_id == HD_ABSENT ? 1 : view_.word(thread + l_.thread_native_id);
      if (identity >> 47 != 0) return "the identity of a thread is none";
      if (id >> 22 != 0) return "the native id of a thread is none";
      any_started |= identity != 0 && id != 0;
      thread = view_.word(thread + l_.thread_next);
    }
    if (!any_started) return "no thread has an identity";
    return thread == 0 ? "" : "the list of threads has no end";
  }

  // A thread's frames, from the innermost. They move while they are looked at: that those of one thread make
  // sense is enough.
  std::string frames() const {
    bool any = false;
    uint64_t thread = view_.word(state_ + l_.interpreter_threads);
    for (int i = 0; thread != 0 && i < kMaxThreads; ++i, thread = view_.word(thread + l_.thread_next)) {
      uint64_t holder = thread;
      if (l_.thread_cframe != HD_ABSENT) {
        holder = view_.word(thread + l_.thread_cframe);
        if (holder == 0) continue;
      }
      const uint64_t frame = view_.word(holder + l_.thread_frame);
      if (frame == 0) continue;
      any = true;
      if (l_.iframe_code == HD_ABSENT ? objects_make_sense(frame) : frames_make_sense(frame)) return "";
    }
    return any ? "frames have no code" : "";
  }

  bool objects_make_sense(uint64_t frame) const {
    for (int depth = 0; frame != 0 && depth < kMaxFrames; ++depth) {
      if (!view_.is(frame, types_.frame) || !view_.is(view_.word(frame + l_.frame_code), types_.code) ||
          !view_.is(view_.word(frame + l_.frame_globals), types_.dict) ||
          !view_.is(view_.word(frame + l_.frame_builtins), types_.dict))
        return false;
      const uint64_t stack = view_.word(frame + l_.frame_value_stack);
      if (stack < frame + l_.frame_locals_plus || stack > frame + (1 << 20)) return false;
      frame = view_.word(frame + l_.frame_back);
    }
    return true;
  }

  // One that runs another one's code may hold what is not a function: that some do is enough.
  bool frames_make_sense(uint64_t frame) const {
    int with_code = 0;
    int with_function = 0;
    for (int depth = 0; frame != 0 && depth < kMaxFrames; ++depth) {
      const auto owner = view_.value<uint8_t>(frame + l_.iframe_owner);
      if (owner > 8) return false;
      if (owner < l_.iframe_owner_c_stack_min) {
        const uint64_t code = view_.word(frame + l_.iframe_code) & ~l_.tag_mask;
        const uint64_t function = view_.word(frame + l_.iframe_function) & ~l_.tag_mask;
        const uint64_t instruction = view_.word(frame + l_.iframe_instruction);
        ++with_code;
        with_function += view_.is(function, types_.function);
        if (!view_.is(code, types_.code) || !view_.is(view_.word(frame + l_.iframe_globals), types_.dict) ||
            !view_.is(view_.word(frame + l_.iframe_builtins), types_.dict) ||
            instruction + 2 < code + l_.code_size || instruction > code + (1 << 24))
          return false;
        const uint64_t object = view_.word(frame + l_.iframe_object);
        if (object != 0 && !view_.is(object, types_.frame)) return false;
      }
      frame = view_.word(frame + l_.iframe_previous);
    }
    return 2 * with_function >= with_code;
  }

  std::string collector() const {
    const uint64_t base = l_.gc_in_runtime ? interpreter_.runtime() : state_;
    const auto collecting = view_.value<uint32_t>(base + l_.gc_collecting);
    if (collecting > 1) return "the collector has no state";
    for (const uint32_t list : l_.gc_list) {
      const uint64_t head = base + list;
      const uint64_t next = view_.word(head) & ~3ull;
      const uint64_t previous = view_.word(head + 8) & ~3ull;
      // A collection takes lists apart, and counts in the links back.
      const bool closed = (view_.word(next + 8) & ~3ull) == head && (view_.word(previous) & ~3ull) == head;
      if (next == 0 || previous == 0 || (!closed && !collecting))
        return "a list of the collector is not closed";
    }
    return "";
  }

  std::string gil() const {
    const uint64_t gil = l_.interpreter_gil == HD_ABSENT ? interpreter_.runtime() + l_.runtime_gil
                                                         : view_.word(state_ + l_.interpreter_gil);
    const uint64_t holder = view_.word(gil + l_.gil_last_holder);
    if (view_.value<uint32_t>(gil + l_.gil_locked) > 1 || holder % 8 != 0 || holder >> 47 != 0 || holder == 0)
      return "the GIL is elsewhere";
    return "";
  }
};

}  // namespace

std::string runtime_contradiction(const Memory& memory, const Interpreter& interpreter,
                                  const CPythonLayout& row) {
  return RuntimeCheck(memory, interpreter, row).run();
}

}  // namespace heapdump
