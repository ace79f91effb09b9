#include "analysis/patterns.h"

#include <algorithm>
#include <vector>

#include "heap/c_containers.h"
#include "heap/category.h"
#include "heap/namespaces.h"
#include "heap/path_step.h"
#include "heap/root_path.h"
#include "protocol.h"

namespace heapdump {
namespace {

constexpr uint64_t kException = 1 << 30;  // Py_TPFLAGS_BASE_EXC_SUBCLASS
// Of a chain of objects, so many are one below the other.
constexpr uint64_t kLinks = 100;
// What a view keeps is so many times as large as the view.
constexpr uint64_t kBase = 10;
// Holders above a container that may be the object it works for: its dict, and what that delegates to.
constexpr size_t kWrappers = 4;

// What the rules ask for.
class Clues {
 public:
  Clues(const HeapIndex& heap, const TypeRoles& roles, const Suspect& suspect)
      : heap(heap), roles(roles), suspect(suspect), categories(heap) {
    if (suspect.kind == SuspectKind::kGarbage) return;
    path = path_ids(heap, suspect.example);
    const uint32_t container = container_of();
    const auto at = std::ranges::find(path, container);
    behind = at == path.end() ? 0 : static_cast<size_t>(at - path.begin()) + 1;
  }

  uint32_t container_of() const {
    return suspect.gathers == 0 || suspect.gathers > suspect.way.size()
               ? kNone
               : suspect.way[suspect.gathers - 1].object;
  }
  std::string_view container_type() const {
    const uint32_t container = container_of();
    return container == kNone ? std::string_view() : heap.type_name(container);
  }
  template <typename Is>
  bool on_path(Is is) const {
    return std::ranges::any_of(path, is);
  }
  // From behind what they gather in to the objects themselves.
  template <typename Is>
  bool gathers(Is is) const {
    return std::any_of(path.begin() + static_cast<ptrdiff_t>(behind), path.end(), is);
  }
  template <typename Is>
  bool most(Is is) const {
    const auto count = std::ranges::count_if(suspect.sample, is);
    return static_cast<size_t>(count) * 2 > suspect.sample.size();
  }
  bool is_type(uint32_t id, std::string_view name) const { return heap.type_name(id) == name; }
  bool is_exception(uint32_t id) const { return (heap.types()[heap.type(id)].flags & kException) != 0; }
  bool is_any_of(uint32_t id, std::initializer_list<std::string_view> names) const {
    return std::ranges::find(names, heap.type_name(id)) != names.end();
  }
  // A container may be what another object works with: the dict of a WeakKeyDictionary, the deque of a queue.
  bool works_for(std::initializer_list<std::string_view> names) const {
    const size_t begin = behind > kWrappers ? behind - kWrappers : 0;
    return std::any_of(path.begin() + static_cast<ptrdiff_t>(begin),
                       path.begin() + static_cast<ptrdiff_t>(behind),
                       [&](uint32_t id) { return is_any_of(id, names); });
  }

  const HeapIndex& heap;
  const TypeRoles& roles;
  const Suspect& suspect;
  const Categories categories;
  std::vector<uint32_t> path;  // of the example, from its root
  size_t behind = 0;           // where in it that begins which is behind the container; 0: it is not in it
};

bool is_garbage(const Clues& clues) { return clues.suspect.kind == SuspectKind::kGarbage; }

bool is_held_by_c(const Clues& clues) { return clues.suspect.kind == SuspectKind::kHeldByC; }

bool is_in_gc_garbage(const Clues& clues) {
  return joined(clues.suspect.way, clues.suspect.way.size()).starts_with("sys.modules['gc'].garbage");
}

bool keeps_traceback(const Clues& clues) {
  const auto has_traceback = [&](uint32_t id) {
    if (clues.is_any_of(id, {"traceback", "frame"})) return true;
    const uint32_t kept = clues.is_exception(id) ? field_of(clues.heap, id, "__traceback__") : kNone;
    return kept != kNone && clues.is_type(kept, "traceback");
  };
  return clues.most(has_traceback) ||
         clues.gathers([&](uint32_t id) { return clues.is_type(id, "traceback"); });
}

bool is_finalizer(const Clues& clues) {
  return clues.on_path([&](uint32_t id) { return clues.is_type(id, "weakref.finalize._Info"); });
}

// With no bound, or with one.
bool is_cached(const Clues& clues, bool bounded) {
  return clues.on_path([&](uint32_t id) {
    if (!is_lru_cache(clues.heap, id)) return false;
    const bool has_none = clues.heap.lru_caches().text(id).ends_with("maxsize=None>");
    return has_none != bounded;
  });
}
bool is_unbounded_cache(const Clues& clues) { return is_cached(clues, false); }
bool is_bounded_cache(const Clues& clues) { return is_cached(clues, true); }

bool is_timer(const Clues& clues) {
  return clues.gathers([&](uint32_t id) { return clues.categories[id] == Category::kTimer; });
}

bool is_task(const Clues& clues) {
  return clues.gathers([&](uint32_t id) {
    return clues.categories[id] == Category::kTask || clues.is_any_of(id, {"coroutine", "async_generator"});
  });
}

bool is_generator(const Clues& clues) {
  return clues.gathers([&](uint32_t id) { return clues.is_type(id, "generator"); });
}

bool is_greenlet(const Clues& clues) {
  return clues.gathers([&](uint32_t id) {
    return clues.is_any_of(id, {"greenlet.greenlet", "gevent._gevent_cgreenlet.Greenlet"});
  });
}

bool is_thread_local(const Clues& clues) {
  return clues.on_path([&](uint32_t id) { return clues.categories[id] == Category::kThreadLocal; });
}

bool is_context_variable(const Clues& clues) {
  return clues.on_path(
      [&](uint32_t id) { return clues.is_any_of(id, {"Context", "_contextvars.Context", "hamt"}); });
}

bool is_thread(const Clues& clues) {
  return clues.gathers(
      [&](uint32_t id) { return clues.is_any_of(id, {"threading.Thread", "threading._DummyThread"}); });
}

bool is_local_of_frame(const Clues& clues) {
  return !clues.path.empty() && root_kind(clues.heap, clues.path.front()) == HD_ROOT_FRAME;
}

bool is_logger(const Clues& clues) {
  return clues.gathers(
      [&](uint32_t id) { return clues.is_any_of(id, {"logging.Logger", "logging.PlaceHolder"}); });
}

// Functions, bound methods and partials, or objects that are kept by their methods.
bool is_callback(const Clues& clues) {
  return clues.gathers([&](uint32_t id) {
    return clues.is_any_of(id, {"function", "method", "functools.partial", "weakref.WeakMethod"});
  });
}

bool is_class(const Clues& clues) {
  return clues.most([&](uint32_t id) { return is_type_object(clues.heap, id); });
}

bool is_module(const Clues& clues) {
  return clues.most([&](uint32_t id) { return clues.roles.is_module(clues.heap.type(id)); });
}

bool is_view(const Clues& clues) {
  return clues.most([&](uint32_t id) {
    const HeapIndex& heap = clues.heap;
    if (clues.is_type(id, "memoryview")) return heap.retained(id) > kBase * heap.size(id);
    const uint32_t base = field_of(heap, id, "base");
    return base != kNone && heap.type(base) == heap.type(id) && heap.size(base) > kBase * heap.size(id);
  });
}

bool is_chain(const Clues& clues) {
  return clues.suspect.members.size() == 1 && clues.suspect.count > kLinks;
}

bool is_by_weak_key(const Clues& clues) { return clues.works_for({"weakref.WeakKeyDictionary"}); }

bool is_queue(const Clues& clues) {
  return clues.works_for({"queue.Queue", "queue.LifoQueue", "queue.PriorityQueue", "queue.SimpleQueue",
                          "_queue.SimpleQueue", "asyncio.queues.Queue", "asyncio.queues.LifoQueue",
                          "asyncio.queues.PriorityQueue", "multiprocessing.queues.Queue"});
}

bool is_namespace(const Clues& clues) {
  const uint32_t container = clues.container_of();
  return container != kNone &&
         (clues.roles.is_module(clues.heap.type(container)) || is_type_object(clues.heap, container));
}

bool is_mapping(const Clues& clues) {
  const std::string_view type = clues.container_type();
  return type == "dict" || type == "collections.defaultdict" || type == "collections.OrderedDict" ||
         type == "collections.Counter";
}

bool is_sequence(const Clues& clues) {
  const std::string_view type = clues.container_type();
  return type == "list" || type == "collections.deque" || type == "set" || type == "tuple";
}

bool is_anything(const Clues&) { return true; }

struct Rule {
  std::string_view pattern;
  bool (*holds)(const Clues&);
};

// The one that says most of the cause first.
constexpr Rule kRules[] = {
    {"garbage", is_garbage},
    {"held by C", is_held_by_c},
    {"gc.garbage", is_in_gc_garbage},
    {"finalizer", is_finalizer},
    {"unbounded cache", is_unbounded_cache},
    {"bounded cache", is_bounded_cache},
    {"traceback", keeps_traceback},
    {"task", is_task},
    {"timer", is_timer},
    {"greenlet", is_greenlet},
    {"generator", is_generator},
    {"thread-local", is_thread_local},
    {"context variable", is_context_variable},
    {"queue", is_queue},
    {"weak key", is_by_weak_key},
    {"logger", is_logger},
    {"thread", is_thread},
    {"callback", is_callback},
    {"class", is_class},
    {"module", is_module},
    {"view", is_view},
    {"chain", is_chain},
    {"local variable", is_local_of_frame},
    {"attributes", is_namespace},
    {"mapping", is_mapping},
    {"sequence", is_sequence},
    {"object", is_anything},
};

}  // namespace

std::string_view pattern_of(const HeapIndex& heap, const TypeRoles& roles, const Suspect& suspect) {
  const Clues clues(heap, roles, suspect);
  return std::ranges::find_if(kRules, [&](const Rule& rule) { return rule.holds(clues); })->pattern;
}

}  // namespace heapdump
