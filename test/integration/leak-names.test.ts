// What has no name of its own is named by what tells it: a variable, a thread, a function, a key's content.
import { expect } from "vitest";
import { test } from "../support/fixtures.js";
import { oldestMiddleNewest } from "../support/interpreters.js";
import { leakingDumps, type Suspect, suspectsOf } from "../support/leaks.js";

const own = "sys.modules['naming']";

/** For each leak what the first suspect says; `code` without its folder. */
const NAMED: Record<string, { [field in keyof Suspect]?: Suspect[field] | RegExp }> = {
  timers: { type: "naming.App", owner: "<timer App.refresh>", code: "App.refresh naming.py:17" },
  sleeping: { type: "_asyncio.Task", owner: "<task handle>", code: "handle naming.py:27" },
  bounded_cache: {
    type: "str",
    path: /\.parse<lru_cache (maxsize=50000|with a maxsize)><element \*>$/,
    owner: `${own}.parse`,
    code: "parse naming.py:43",
  },
  object_key: { type: "records.Session", path: `${own}.SAMPLES[<naming.Counter name='app.requests'>][*]` },
  partials: { type: "functools.partial", path: `${own}.LISTENERS[*]`, code: "on_event naming.py:72" },
  finalizers: { type: "weakref.finalize._Info", code: "cleanup naming.py:89" },
  local: { path: `${own}.LOCAL<thread-local kept of server>[*]`, owner: `${own}.LOCAL<thread-local kept>` },
  derived_local: {
    path: `${own}.STATE<thread-local kept of MainThread>[*]`,
    owner: `${own}.STATE<thread-local kept>`,
  },
  abstract: { path: /_abc_impl<field _abc_negative_cache><element \*>$/ },
  weak_references: { type: "records.Session", path: `${own}.CACHE[*]` },
};

const cases = oldestMiddleNewest.flatMap(({ path, version }) =>
  Object.keys(NAMED).map((name) => [version, name, path] as const),
);

test.for(cases)("CPython %s: %s", async ([, name, python], { workspace }) => {
  const { files } = await leakingDumps(workspace, python, `naming ${name}`);
  const { suspects } = suspectsOf(workspace, files);
  const first = suspects[0] as Suspect;
  for (const [field, expected] of Object.entries(NAMED[name] ?? {})) {
    const found = String(first[field as keyof Suspect]).replace(/ \S*\//, " ");
    if (expected instanceof RegExp) expect(found).toMatch(expected);
    else expect(found).toBe(expected);
  }
  // The links of a cache, the weak references to a task: what goes with the leak is no further one.
  if (name !== "abstract") expect(suspects.slice(1).map(({ path, words }) => [path, words])).toEqual([]);
  if (name === "weak_references") expect(first.weak).toBeGreaterThan(0);
});
