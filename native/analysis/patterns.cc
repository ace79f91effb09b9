#include "analysis/patterns.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "heap/c_containers.h"
#include "heap/category.h"
#include "heap/namespaces.h"
#include "heap/path_step.h"
#include "heap/path_up.h"
#include "heap/root_path.h"
#include "protocol.h"

namespace heapdump {
namespace {

// Of a chain of objects, so many are one below the other.
constexpr uint64_t kLinks = 100;
// Objects below one that are looked at for them.
constexpr uint64_t kLooked = 20000;
// What a view keeps is so many times as large as the view.
constexpr uint64_t kBase = 10;
constexpr std::string_view kMaxsize = "maxsize=";

// Objects of a suspect's type on the path from it to one below it.
uint64_t links_above(const HeapIndex& heap, uint32_t id, const Suspect& suspect) {
  uint64_t links = 0;
  for (const uint32_t at : heap.path_up(id)) {
    links += heap.type(at) == suspect.type;
    if (at == suspect.example || links >= kLinks) break;
  }
  return links;
}

// What the rules ask for.
class Clues {
 public:
  Clues(const HeapIndex& heap, const ObjectTree& paths, const TypeRoles& roles, const Waits& waits,
        const Suspect& suspect)
      : heap(heap),
        paths(paths),
        roles(roles),
        waits(waits),
        suspect(suspect),
        container(container_of(suspect)),
        categories(waits.categories()) {
    if (suspect.kind == SuspectKind::kGarbage) return;
    path = path_ids(heap, suspect.example);
    const auto at = std::ranges::find(path, container);
    behind = at == path.end() ? 0 : static_cast<size_t>(at - path.begin()) + 1;
  }

  std::string_view container_type() const {
    return container == kNone ? std::string_view() : heap.type_name(container);
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
  bool is_exception(uint32_t id) const {
    return (heap.types()[heap.type(id)].flags & kExceptionSubclass) != 0;
  }
  bool is_any_of(uint32_t id, std::initializer_list<std::string_view> names) const {
    return std::ranges::find(names, heap.type_name(id)) != names.end();
  }
  // What has the container as an attribute, or has it for itself; kNone if another container has it.
  uint32_t keeper() const {
    if (behind < 2) return kNone;
    const uint32_t whole = namespace_holder(heap, container);
    if (whole != kNone) return whole;
    const uint32_t holder = path[behind - 2];
    const uint32_t attributes_of = namespace_holder(heap, holder);
    return attributes_of == kNone ? holder : attributes_of;
  }
  bool is_kept_by(std::initializer_list<std::string_view> names) const {
    const uint32_t by = keeper();
    return by != kNone && is_any_of(by, names);
  }

  const HeapIndex& heap;
  const ObjectTree& paths;
  const TypeRoles& roles;
  const Waits& waits;
  const Suspect& suspect;
  const uint32_t container;  // what they gather in, or kNone
  const Categories& categories;
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
  return clues.gathers([&](uint32_t id) { return clues.is_type(id, "weakref.finalize._Info"); });
}

// functools.lru_cache in which they gather: in its dict, or in itself. kNone if it is none.
uint32_t cache_of(const Clues& clues) {
  for (size_t i = clues.behind > 1 ? clues.behind - 2 : 0; i < clues.path.size() && i <= clues.behind; ++i) {
    if (is_lru_cache(clues.heap, clues.path[i])) return clues.path[i];
  }
  return kNone;
}

bool is_unbounded_cache(const Clues& clues) {
  const uint32_t cache = cache_of(clues);
  return cache != kNone && clues.heap.lru_caches().text(cache).ends_with("maxsize=None>");
}

// One that grows no more.
bool is_full_cache(const Clues& clues) {
  const uint32_t cache = cache_of(clues);
  if (cache == kNone) return false;
  const std::string& text = clues.heap.lru_caches().text(cache);
  const size_t at = text.find(kMaxsize);
  const uint64_t bound =
      at == text.npos ? 0 : std::strtoull(text.c_str() + at + kMaxsize.size(), nullptr, 10);
  const uint32_t results = field_of(clues.heap, cache, "cache");
  // A key and a result each.
  return bound > 0 && results != kNone && clues.heap.positions(results).size() >= 2 * bound;
}

bool is_bounded_cache(const Clues& clues) { return cache_of(clues) != kNone; }

bool is_timer(const Clues& clues) {
  return clues.gathers([&](uint32_t id) { return clues.categories[id] == Category::kTimer; });
}

bool is_task_or_coroutine(const Clues& clues, uint32_t id) {
  return clues.categories[id] == Category::kTask || clues.is_type(id, "coroutine");
}

bool has_ended(const Clues& clues, uint32_t id) {
  if (clues.categories[id] != Category::kTask) return false;
  const TaskState state = clues.waits.state(id);
  return state == TaskState::kDone || state == TaskState::kFailed || state == TaskState::kCancelled;
}

bool is_ended_task(const Clues& clues) {
  return clues.most([&](uint32_t id) { return has_ended(clues, id); });
}

bool is_task(const Clues& clues) {
  return clues.gathers([&](uint32_t id) { return is_task_or_coroutine(clues, id) && !has_ended(clues, id); });
}

// One that waits; of older dumps it is not known.
bool is_generator(const Clues& clues) {
  return clues.gathers([&](uint32_t id) {
    return clues.is_any_of(id, {"generator", "async_generator"}) &&
           (clues.heap.suspended().empty() || clues.heap.suspended(id) != nullptr);
  });
}

bool is_greenlet(const Clues& clues) {
  return clues.gathers([&](uint32_t id) {
    return clues.is_any_of(id, {"greenlet.greenlet", "gevent._gevent_cgreenlet.Greenlet"});
  });
}

bool is_thread_local(const Clues& clues) {
  const uint32_t by = clues.keeper();
  return by != kNone && clues.categories[by] == Category::kThreadLocal;
}

// The value of a variable, or in it.
bool is_context_variable(const Clues& clues) {
  const auto is_of_context = [&](uint32_t id) {
    const std::string_view type = clues.heap.type_name(id);
    return type == "Context" || type == "_contextvars.Context" || type.starts_with("hamt");
  };
  const uint32_t container = clues.container, by = clues.keeper();
  return (container != kNone && is_of_context(container)) || (by != kNone && is_of_context(by)) ||
         clues.gathers(is_of_context);
}

bool is_thread(const Clues& clues) {
  return clues.gathers(
      [&](uint32_t id) { return clues.is_any_of(id, {"threading.Thread", "threading._DummyThread"}); });
}

bool is_local_of_frame(const Clues& clues) {
  if (clues.path.empty() || root_kind(clues.heap, clues.path.front()) != HD_ROOT_FRAME) return false;
  // Before CPython 3.11 a frame that runs is an object.
  const size_t local = clues.is_type(clues.path.front(), "frame") ? 1 : 0;
  return clues.path.size() <= local + 1 || clues.container == clues.path[local];
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

// Of one of them many others are below, one below the other.
bool is_chain(const Clues& clues) {
  const HeapIndex& heap = clues.heap;
  if (clues.suspect.count < kLinks || clues.suspect.count < kLinks * clues.suspect.members.size() / 2)
    return false;
  uint64_t links = 0, looked = 0;
  for (Preorder walk = clues.paths.preorder(clues.suspect.example); walk.id() != kNone && looked < kLooked;
       walk.next(), ++looked) {
    if (heap.type(walk.id()) != clues.suspect.type) continue;
    links = std::max(links, links_above(heap, walk.id(), clues.suspect));
    if (links >= kLinks / 2) return true;
  }
  return false;
}

bool is_by_weak_key(const Clues& clues) { return clues.is_kept_by({"weakref.WeakKeyDictionary"}); }

bool is_queue(const Clues& clues) {
  return clues.is_kept_by({"queue.Queue", "queue.LifoQueue", "queue.PriorityQueue", "queue.SimpleQueue",
                           "_queue.SimpleQueue", "asyncio.queues.Queue", "asyncio.queues.LifoQueue",
                           "asyncio.queues.PriorityQueue", "multiprocessing.queues.Queue"});
}

bool is_namespace(const Clues& clues) {
  const uint32_t container = clues.container;
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
    {"full cache", is_full_cache},
    {"bounded cache", is_bounded_cache},
    {"traceback", keeps_traceback},
    {"ended task", is_ended_task},
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
    {"chain", is_chain},
    {"callback", is_callback},
    {"class", is_class},
    {"module", is_module},
    {"view", is_view},
    {"local variable", is_local_of_frame},
    {"attributes", is_namespace},
    {"mapping", is_mapping},
    {"sequence", is_sequence},
    {"object", is_anything},
};

}  // namespace

std::string_view pattern_of(const HeapIndex& heap, const ObjectTree& paths, const TypeRoles& roles,
                            const Waits& waits, const Suspect& suspect) {
  const Clues clues(heap, paths, roles, waits, suspect);
  return std::ranges::find_if(kRules, [&](const Rule& rule) { return rule.holds(clues); })->pattern;
}

}  // namespace heapdump
