// Known leaks, each the first suspect, with its type, count, path and owner; what is large or busy beside it is none.
import { expect } from "vitest";
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
}

const module = (name: string) => `sys.modules['${name}']`;

const LEAKS: Record<string, Leak> = {
  "containers module_cache": {
    type: "records.Session",
    path: `${module("containers")}.CACHE[*]`,
    owner: `${module("containers")}.CACHE`,
  },
  "containers many_lists": {
    type: "records.Session",
    path: `${module("containers")}.BY_DAY[*][*]`,
    owner: `${module("containers")}.BY_DAY`,
  },
  "containers linked_list": {
    type: "records.Node",
    path: `${module("containers")}.HEAD`,
    owner: `${module("containers")}.HEAD`,
  },
  "containers nested_lists": {
    type: "list",
    path: `${module("containers")}.FIRST`,
    owner: `${module("containers")}.FIRST`,
  },
  "containers nested_dicts": {
    type: "dict",
    path: `${module("containers")}.HEAD`,
    owner: `${module("containers")}.HEAD`,
  },
  "containers identity_map": {
    type: "records.Order",
    path: `${module("containers")}.IDENTITY.map[*]`,
    owner: `${module("containers")}.IDENTITY`,
  },
  "containers class_attribute": {
    type: "containers.Job",
    path: `${module("containers")}.Job.running[*]`,
    owner: `${module("containers")}.Job.running`,
  },
  "containers metaclass": {
    type: "containers.Registry",
    path: `${module("containers")}.Registry.classes[*]`,
    owner: `${module("containers")}.Registry.classes`,
  },
  "containers deep_attribute": {
    type: "dict",
    path: `${module("containers")}.APP.state.inner['x'].history[*]`,
    owner: `${module("containers")}.APP`,
  },
  "containers replaced_list": {
    type: "records.Session",
    path: `${module("containers")}.APP.items[*]`,
    owner: `${module("containers")}.APP`,
  },
  "containers names": {
    type: "str",
    path: `${module("containers")}.NAMES<element *>`,
    owner: `${module("containers")}.NAMES`,
  },
  "containers buffer": {
    type: "bytearray",
    path: `${module("containers")}.BUFFER`,
    owner: `${module("containers")}.BUFFER`,
    count: () => 1,
  },
  "containers views": {
    type: "memoryview",
    path: `${module("containers")}.VIEWS[*]`,
    owner: `${module("containers")}.VIEWS`,
  },
  "containers risen": {
    type: "containers.Zombie",
    path: `${module("containers")}.Zombie.risen[*]`,
    owner: `${module("containers")}.Zombie.risen`,
  },
  "code closure": {
    type: "records.Session",
    path: `${module("code")}.count.__closure__[0].cell_contents[*]`,
    owner: "<function make_counter.<locals>.count><cell seen>",
  },
  "code default_argument": {
    type: "records.Session",
    path: `${module("code")}.remember.__defaults__[0][*]`,
    owner: `${module("code")}.remember`,
  },
  "code lru_cache": {
    type: "code.Service",
    path: `${module("code")}.Service.answer<lru_cache maxsize=None><key *>[*]`,
    owner: `${module("code")}.Service.answer`,
  },
  "code tracebacks": {
    type: "ValueError",
    path: `${module("code")}.ERRORS[*]`,
    owner: `${module("code")}.ERRORS`,
  },
  "code tasks": {
    type: "_asyncio.Task",
    path: `${module("code")}.TASKS<element *>`,
    owner: `${module("code")}.TASKS`,
  },
  "code sleeping_tasks": {
    type: "_asyncio.Task",
    path: `${module("code")}.loop._scheduled[*]`,
    owner: "<task nap>",
  },
  "code async_generators": {
    type: "async_generator",
    path: `${module("code")}.OPEN[*]`,
    owner: `${module("code")}.OPEN`,
  },
  "code generators": {
    type: "generator",
    path: `${module("code")}.OPEN[*]`,
    owner: `${module("code")}.OPEN`,
  },
  "code listeners": {
    type: "code.Listener",
    path: `${module("code")}.BUS.listeners[*].__self__`,
    owner: `${module("code")}.BUS`,
  },
  "code thread_local": {
    type: "records.Session",
    path: `${module("code")}.LOCAL<thread-local kept of Thread-1`,
    owner: `${module("code")}.LOCAL<thread-local kept>`,
  },
  "code frame_local": {
    type: "records.Session",
    path: "<frame worker>.f_locals['own'][*]",
    owner: "<frame worker>.f_locals['own']",
  },
  "libraries handlers": {
    type: "logging.Logger",
    path: ".manager.loggerDict[*]",
    owner: "",
  },
  "libraries unread_queue": {
    type: "records.Session",
    path: `${module("libraries")}.QUEUE.queue[*]`,
    owner: `${module("libraries")}.QUEUE`,
  },
  "libraries finalizers": {
    type: "records.Session",
    path: `${module("weakref")}.finalize._registry[*].args[*]`,
    owner: `${module("weakref")}.finalize._registry`,
  },
  "libraries new_modules": { type: "module", path: "sys.modules[*]", owner: "sys.modules" },
  "libraries weak_keys": {
    type: "libraries.About",
    path: `${module("libraries")}.BY_KEY.data[*]`,
    owner: `${module("libraries")}.BY_KEY`,
  },
  "libraries context_variable": {
    type: "records.Session",
    path: "<thread context of MainThread><variables>[<ContextVar history>][*]",
    owner: "<ContextVar history>",
  },
  "libraries lost_in_c": {
    type: "records.Session",
    path: "<held by C>",
    owner: "<held by C>",
    kind: "held by C",
  },
  "libraries not_collected": { type: "libraries.Cyclic", path: "", owner: "", kind: "garbage" },
};

const cases = oldestMiddleNewest.flatMap(({ path, version }) =>
  Object.keys(LEAKS).map((leak) => [version, leak, path] as const),
);

test.for(cases)("CPython %s: %s", async ([_, name, python], { workspace }) => {
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
  expect(first.retained).toBeGreaterThanOrEqual(first.growth * 0.5);
  expect(first.words).toContain(leak.type);
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
