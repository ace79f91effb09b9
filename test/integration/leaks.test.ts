// Known leaks, each the first suspect, with its type, count, path and owner; what is large or busy beside it is none.
import { expect } from "vitest";
import { LEAK_PATTERNS } from "../../src/model/leak-patterns.js";
import { test } from "../support/fixtures.js";
import { newest, oldestMiddleNewest } from "../support/interpreters.js";
import { leakingDumps, type Suspect, suspectsOf } from "../support/leaks.js";

interface Leak {
  type: string;
  path: string;
  owner: string;
  /** Of the objects that were leaked, those that the suspect counts, where that is not all. */
  count?: (leaked: number) => number;
  kind?: string;
  pattern: string;
  /** On 3.8, where a dump does not have what this takes. */
  patternOn38?: string;
  /** One of the functions that are said to store them. */
  usedBy?: string;
  waits?: { chain: string; for?: string; set_by?: string };
}

const module = (name: string) => `sys.modules['${name}']`;

const LEAKS: Record<string, Leak> = {
  "containers module_cache": {
    type: "records.Session",
    path: `${module("containers")}.CACHE[*]`,
    owner: `${module("containers")}.CACHE`,
    pattern: "mapping",
    usedBy: "module_cache",
  },
  "containers many_lists": {
    type: "records.Session",
    path: `${module("containers")}.BY_DAY[*][*]`,
    owner: `${module("containers")}.BY_DAY`,
    pattern: "sequence",
    usedBy: "many_lists",
  },
  "containers linked_list": {
    type: "records.Node",
    path: `${module("containers")}.HEAD`,
    owner: `${module("containers")}.HEAD`,
    pattern: "chain",
    usedBy: "linked_list",
  },
  "containers nested_lists": {
    type: "list",
    path: `${module("containers")}.FIRST`,
    owner: `${module("containers")}.FIRST`,
    pattern: "chain",
  },
  "containers nested_dicts": {
    type: "dict",
    path: `${module("containers")}.HEAD`,
    owner: `${module("containers")}.HEAD`,
    pattern: "chain",
    usedBy: "nested_dicts",
  },
  "containers identity_map": {
    type: "records.Order",
    path: `${module("containers")}.IDENTITY.map[*]`,
    owner: `${module("containers")}.IDENTITY`,
    pattern: "mapping",
    usedBy: "identity_map",
  },
  "containers class_attribute": {
    type: "containers.Job",
    path: `${module("containers")}.Job.running[*]`,
    owner: `${module("containers")}.Job.running`,
    pattern: "mapping",
    usedBy: "class_attribute",
  },
  "containers metaclass": {
    type: "containers.Registry",
    path: `${module("containers")}.Registry.classes[*]`,
    owner: `${module("containers")}.Registry.classes`,
    pattern: "class",
    usedBy: "metaclass",
  },
  "containers deep_attribute": {
    type: "dict",
    path: `${module("containers")}.APP.state.inner['x'].history[*]`,
    owner: `${module("containers")}.APP`,
    pattern: "sequence",
    usedBy: "deep_attribute",
  },
  "containers replaced_list": {
    type: "records.Session",
    path: `${module("containers")}.APP.items[*]`,
    owner: `${module("containers")}.APP`,
    pattern: "sequence",
    usedBy: "replaced_list",
  },
  "containers names": {
    type: "str",
    path: `${module("containers")}.NAMES<element *>`,
    owner: `${module("containers")}.NAMES`,
    pattern: "sequence",
    usedBy: "names",
  },
  "containers buffer": {
    type: "bytearray",
    path: `${module("containers")}.BUFFER`,
    owner: `${module("containers")}.BUFFER`,
    count: () => 1,
    pattern: "object",
    usedBy: "buffer",
  },
  "containers views": {
    type: "memoryview",
    path: `${module("containers")}.VIEWS[*]`,
    owner: `${module("containers")}.VIEWS`,
    pattern: "view",
    usedBy: "views",
  },
  "containers risen": {
    type: "containers.Zombie",
    path: `${module("containers")}.Zombie.risen[*]`,
    owner: `${module("containers")}.Zombie.risen`,
    pattern: "sequence",
    usedBy: "Zombie.__del__",
  },
  "code closure": {
    type: "records.Session",
    path: `${module("code")}.count.__closure__[0].cell_contents[*]`,
    owner: "<function make_counter.<locals>.count><cell seen>",
    pattern: "sequence",
    usedBy: "closure",
  },
  "code default_argument": {
    type: "records.Session",
    path: `${module("code")}.remember.__defaults__[0][*]`,
    owner: `${module("code")}.remember`,
    pattern: "sequence",
    usedBy: "default_argument",
  },
  "code lru_cache": {
    type: "code.Service",
    path: `${module("code")}.Service.answer<lru_cache maxsize=None><key *>[*]`,
    owner: `${module("code")}.Service.answer`,
    pattern: "unbounded cache",
  },
  "code bounded_cache": {
    type: "code.Client",
    path: `${module("code")}.Client.answer<lru_cache `,
    owner: `${module("code")}.Client.answer`,
    pattern: "bounded cache",
  },
  "code full_cache": {
    type: "bytearray",
    path: `${module("code")}.page<lru_cache `,
    owner: `${module("code")}.page`,
    count: () => 200,
    pattern: "full cache",
    // Which maxsize it has, functools tells from 3.9 on.
    patternOn38: "bounded cache",
  },
  "code timers": {
    type: "asyncio.events.TimerHandle",
    path: `${module("code")}.loop._scheduled[*]`,
    owner: `${module("code")}.loop`,
    pattern: "timer",
  },
  "code ended_tasks": {
    type: "_asyncio.Task",
    path: `${module("code")}.ENDED[*]`,
    owner: `${module("code")}.ENDED`,
    pattern: "ended task",
    usedBy: "ended_tasks",
  },
  "code read_generators": {
    type: "generator",
    path: `${module("code")}.READ[*]`,
    owner: `${module("code")}.READ`,
    pattern: "sequence",
    usedBy: "read_generators",
  },
  "code cached_app": {
    type: "records.Session",
    path: ".registry[*]",
    owner: `${module("code")}.get_app`,
    pattern: "sequence",
  },
  "code threads": {
    type: "threading.Thread",
    path: `${module("code")}.THREADS[*]`,
    owner: `${module("code")}.THREADS`,
    pattern: "thread",
    usedBy: "threads",
  },
  "code tracebacks": {
    type: "ValueError",
    path: `${module("code")}.ERRORS[*]`,
    owner: `${module("code")}.ERRORS`,
    pattern: "traceback",
    usedBy: "tracebacks",
  },
  "code tasks": {
    type: "_asyncio.Task",
    path: `${module("code")}.TASKS<element *>`,
    owner: `${module("code")}.TASKS`,
    pattern: "task",
    usedBy: "tasks",
    waits: { chain: "handle", for: "Future, pending" },
  },
  "code sleeping_tasks": {
    type: "_asyncio.Task",
    path: `${module("code")}.loop._scheduled[*]`,
    owner: "<task nap>",
    pattern: "task",
    waits: { chain: "nap › sleep", for: "Future, pending", set_by: "timer" },
  },
  "code async_generators": {
    type: "async_generator",
    path: `${module("code")}.OPEN[*]`,
    owner: `${module("code")}.OPEN`,
    pattern: "generator",
    usedBy: "async_generators",
    waits: { chain: "stream" },
  },
  "code generators": {
    type: "generator",
    path: `${module("code")}.OPEN[*]`,
    owner: `${module("code")}.OPEN`,
    pattern: "generator",
    usedBy: "generators",
    waits: { chain: "numbers" },
  },
  "code listeners": {
    type: "code.Listener",
    path: `${module("code")}.BUS.listeners[*].__self__`,
    owner: `${module("code")}.BUS`,
    pattern: "callback",
    usedBy: "listeners",
  },
  "code thread_local": {
    type: "records.Session",
    path: `${module("code")}.LOCAL<thread-local kept of Thread-1`,
    owner: `${module("code")}.LOCAL<thread-local kept>`,
    pattern: "thread-local",
    usedBy: "worker",
  },
  "code frame_local": {
    type: "records.Session",
    path: "<frame worker>.f_locals['own'][*]",
    owner: "<frame worker>.f_locals['own']",
    pattern: "local variable",
  },
  "libraries handlers": {
    type: "logging.Logger",
    path: ".manager.loggerDict[*]",
    owner: "",
    pattern: "logger",
  },
  "libraries unread_queue": {
    type: "records.Session",
    path: `${module("libraries")}.QUEUE.queue[*]`,
    owner: `${module("libraries")}.QUEUE`,
    pattern: "queue",
    usedBy: "unread_queue",
  },
  "libraries finalizers": {
    type: "records.Session",
    path: `${module("weakref")}.finalize._registry[*].args[*]`,
    owner: `${module("weakref")}.finalize._registry`,
    pattern: "finalizer",
  },
  "libraries new_modules": {
    type: "module",
    path: "sys.modules[*]",
    owner: "sys.modules",
    pattern: "module",
  },
  "libraries class_attributes": {
    type: "records.Session",
    path: `${module("libraries")}.Settings.*`,
    owner: `${module("libraries")}.Settings`,
    pattern: "attributes",
    usedBy: "class_attributes",
  },
  "libraries weak_keys": {
    type: "libraries.About",
    path: `${module("libraries")}.BY_KEY.data[*]`,
    owner: `${module("libraries")}.BY_KEY`,
    pattern: "weak key",
    usedBy: "weak_keys",
  },
  "libraries context_variable": {
    type: "records.Session",
    path: "<thread context of MainThread><variables>[<ContextVar history>][*]",
    owner: "<ContextVar history>",
    pattern: "context variable",
  },
  "libraries lost_in_c": {
    type: "records.Session",
    path: "<held by C>",
    owner: "<held by C>",
    kind: "held by C",
    pattern: "held by C",
  },
  "libraries saved_garbage": {
    type: "libraries.Cyclic",
    path: `${module("gc")}.garbage[*]`,
    owner: `${module("gc")}.garbage`,
    pattern: "gc.garbage",
  },
  "libraries not_collected": {
    type: "libraries.Cyclic",
    path: "",
    owner: "",
    kind: "garbage",
    pattern: "garbage",
  },
};

const cases = oldestMiddleNewest.flatMap(({ path, version }) =>
  Object.keys(LEAKS).map((leak) => [version, leak, path] as const),
);

test.for(cases)("CPython %s: %s", async ([version, name, python], { workspace }) => {
  const leak = LEAKS[name] as Leak;
  const { files, leaked } = await leakingDumps(workspace, python, name);
  const count = leak.count?.(leaked) ?? leaked;
  const { suspects, status } = suspectsOf(workspace, [...files, "--fail-on", "growth>100kB"]);
  expect(suspects[0]).toMatchObject({ type: leak.type, ...(leak.kind ? { kind: leak.kind } : {}) });
  const [first] = suspects as [Suspect];
  expect(first.path ?? "").toContain(leak.path);
  expect(first.owner ?? "").toContain(leak.owner);
  // A few of the program's own may be of that type.
  expect(first.count).toBeGreaterThanOrEqual(count);
  expect(first.count).toBeLessThan(count * 1.02 + 600);
  // All of a circle is in gc.garbage, each by itself.
  if (leak.pattern !== "gc.garbage") expect(first.retained).toBeGreaterThanOrEqual(first.growth * 0.5);
  expect(first.words).toContain(leak.type);
  const on38 = version.startsWith("3.8.") ? leak.patternOn38 : undefined;
  expect(first.pattern).toBe(on38 ?? leak.pattern);
  expect(LEAK_PATTERNS).toHaveProperty([first.pattern]);
  const storing = first.used_by.map((place) => place.replace(/ .*/, ""));
  if (leak.waits) {
    expect(first.wait).toMatchObject(leak.waits);
    expect(first.wait?.at).toMatch(/^\S+ \/.*\.py:\d+$/);
  } else {
    expect(first.wait).toBeNull();
  }
  if (leak.usedBy) expect(storing).toContain(leak.usedBy);
  expect(status).toBe(1);
  const [, , last] = files as [string, string, string];
  expect(suspectsOf(workspace, [files[0] as string, last]).suspects[0]).toMatchObject({
    type: leak.type,
    path: first.path,
  });
});

test.for(oldestMiddleNewest)(
  "CPython $version: a program that does not leak has no suspect",
  async ({ path }, { workspace }) => {
    const { files } = await leakingDumps(workspace, path, "containers nothing");
    expect(suspectsOf(workspace, [...files, "--fail-on", "growth>100kB"])).toMatchObject({
      status: 0,
      suspects: [],
    });
  },
);

test.for(["nested_lists", "nested_dicts"])(
  "of one dump a chain of containers is one suspect: %s",
  async (name, { workspace }) => {
    const { files, leaked } = await leakingDumps(workspace, newest.path, `containers ${name}`);
    const { suspects } = suspectsOf(workspace, [files[2] as string]);
    const { path } = LEAKS[`containers ${name}`] as Leak;
    expect(suspects.find((suspect) => suspect.path === path)?.count).toBeGreaterThanOrEqual(leaked);
  },
);

test("of one dump the suspects are what is large, the leak among them", async ({ workspace }) => {
  const { files } = await leakingDumps(workspace, newest.path, "containers module_cache");
  const { suspects } = suspectsOf(workspace, [files[2] as string]);
  expect(suspects.map(({ path }) => path)).toEqual([
    `${module("__main__")}.TABLE[*]`,
    `${module("containers")}.CACHE[*]`,
    expect.stringContaining("requests"),
  ]);
  expect(suspects[0]).toMatchObject({ growth: null, survived: null, new: null, count: 60000 });
});

test("why garbage stays is reported", async ({ workspace }) => {
  const { files } = await leakingDumps(workspace, newest.path, "libraries not_collected");
  expect(suspectsOf(workspace, files).suspects[0]?.words).toContain("the collector is off");
});
