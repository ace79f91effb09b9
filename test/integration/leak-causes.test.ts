// One cause is one suspect, wherever it leaks; what is replaced has not grown.
import { expect } from "vitest";
import { test } from "../support/fixtures.js";
import { newest, oldestMiddleNewest } from "../support/interpreters.js";
import { leakingDumps, type Suspect, suspectsOf } from "../support/leaks.js";

const own = "sys.modules['causes']";

const CAUSES: Record<string, Partial<Suspect> & { parts: string[] }> = {
  by_key: {
    path: `${own}.LATEST[*].recent[*]`,
    gathers: `${own}.LATEST[*].recent`,
    owner: `${own}.LATEST`,
    places: 7,
    parts: ["['s0']", "['s1']", "['s2']", "['s3']", "['s4']", "['s5']", "['s6']"],
  },
  by_attribute: {
    path: `${own}.STATS.*.recent[*]`,
    gathers: `${own}.STATS.*.recent`,
    owner: `${own}.STATS`,
    places: 2,
    parts: [".reads", ".writes"],
  },
  by_many_attributes: {
    path: `${own}.MANY.*.recent[*]`,
    owner: `${own}.MANY`,
    places: 1,
    parts: [],
  },
  by_function: {
    path: `${own}.*.__closure__[0].cell_contents[*]`,
    gathers: `${own}.*.__closure__[0].cell_contents`,
    places: 2,
    parts: [".create", ".delete"],
  },
};

const cases = oldestMiddleNewest.flatMap(({ path, version }) =>
  Object.keys(CAUSES).map((name) => [version, name, path] as const),
);

test.for(cases)("CPython %s: %s", async ([, name, python], { workspace }) => {
  const { parts, ...expected } = CAUSES[name] as (typeof CAUSES)[string];
  const { files, leaked } = await leakingDumps(workspace, python, `causes ${name}`);
  const [first, ...others] = suspectsOf(workspace, files).suspects;
  expect(first).toMatchObject({ kind: "group", type: "records.Session", ...expected, count: leaked });
  expect(first?.spread).toHaveLength(Math.min(3, parts.length));
  for (const { part, growth } of first?.spread ?? []) {
    expect(parts).toContain(part);
    expect(growth * parts.length).toBeGreaterThan((first?.growth ?? 0) * 0.9);
  }
  expect(others).toEqual([]);
});

test.for(oldestMiddleNewest)(
  "CPython $version: in two globals of a module are two suspects",
  async ({ path }, { workspace }) => {
    const { files } = await leakingDumps(workspace, path, "causes two_causes");
    const { suspects } = suspectsOf(workspace, files);
    expect(suspects.map((suspect) => suspect.path).sort()).toEqual([`${own}.FIRST[*]`, `${own}.SECOND[*]`]);
    for (const suspect of suspects) expect(suspect).toMatchObject({ places: 1, spread: [] });
  },
);

test.for(oldestMiddleNewest)(
  "CPython $version: what is replaced each time has not grown, and its garbage is the suspect",
  async ({ path }, { workspace }) => {
    const { files } = await leakingDumps(workspace, path, "causes replaced");
    const { suspects } = suspectsOf(workspace, files);
    expect(suspects).toMatchObject([{ kind: "garbage", path: null, gathers: null }]);
    expect(suspects[0]?.survived).toBeGreaterThan(0);
    const { stdout } = workspace.run(["leaks", ...files]);
    expect(stdout).toMatch(/of garbage \(\+\d/);
  },
);

test.for(oldestMiddleNewest)(
  "CPython $version: small things that come steadily are a suspect beside a large leak",
  async ({ path }, { workspace }) => {
    const { files } = await leakingDumps(workspace, path, "causes small_beside_large");
    const { suspects } = suspectsOf(workspace, files);
    expect(suspects.map((suspect) => suspect.path)).toEqual([`${own}.LARGE[*]`, `${own}.SMALL<element *>`]);
    const [large, small] = suspects;
    expect(small?.growth).toBeLessThan((large?.growth ?? 0) / 20);
    expect(small).toMatchObject({ type: "records.Session", count: 180, new: 120 });
    // Whether they come steadily, two dumps do not tell.
    const [one, , three] = files as [string, string, string];
    expect(suspectsOf(workspace, [one, three]).suspects).toHaveLength(1);
  },
);

const STAYS: Record<string, Partial<Suspect>> = {
  late: { type: "records.Session", path: `${own}.LIVE[*]` },
  rebuilt: { type: "records.Session", path: `${own}.TABLE[*]` },
  longer_text: { type: "str", path: `${own}.TEXT` },
};

test.for(
  oldestMiddleNewest.flatMap(({ path, version }) =>
    Object.keys(STAYS).map((name) => [version, name, path] as const),
  ),
)(
  "CPython %s: what grows in its place is a suspect of three dumps: %s",
  async ([, name, python], { workspace }) => {
    const { files } = await leakingDumps(workspace, python, `causes ${name}`);
    const { suspects } = suspectsOf(workspace, files);
    expect(suspects).toMatchObject([STAYS[name]]);
    expect(suspects[0]?.survived).toBeGreaterThan(0);
    expect(suspects[0]?.survived).toBeLessThanOrEqual(suspects[0]?.growth ?? 0);
  },
);

test.for(oldestMiddleNewest)(
  "CPython $version: what is replaced each time is no suspect, and is told",
  async ({ path }, { workspace }) => {
    const { files } = await leakingDumps(workspace, path, "causes refilled");
    expect(suspectsOf(workspace, files).suspects).toEqual([]);
  },
);

test.for(oldestMiddleNewest)(
  "CPython $version: weak references to another object are a suspect of their own",
  async ({ path }, { workspace }) => {
    const { files } = await leakingDumps(workspace, path, "causes other_references");
    const { suspects } = suspectsOf(workspace, files);
    expect(suspects.map((suspect) => suspect.path)).toContain(`${own}.OBSERVERS[*]`);
    for (const suspect of suspects) expect(suspect.weak).toBe(0);
  },
);

test("what only half of them have is not in common", async ({ workspace }) => {
  const { files } = await leakingDumps(workspace, newest.path, "causes alternating");
  const { stdout } = workspace.run(["leaks", ...files]);
  expect(stdout).toContain("causes.Job objects");
  expect(stdout).not.toMatch(/in common .*on_(even|odd)/);
});

test("what grew in places too small for a suspect is said", async ({ workspace }) => {
  const { files: all } = await leakingDumps(workspace, newest.path, "causes scattered");
  const files = [all[0] as string, all[2] as string];
  const { status, stdout } = workspace.run(["leaks", ...files]);
  expect(status).toBe(0);
  expect(stdout).toMatch(
    /And \+\d.* elsewhere, in places too small for a suspect: heapdump diff --by owner 1.bin 3.bin/,
  );
  expect(JSON.parse(workspace.run(["leaks", "--json", ...files]).stdout).elsewhere).toBeGreaterThan(500_000);
  const { files: one } = await leakingDumps(workspace, newest.path, "causes by_key");
  expect(workspace.run(["leaks", ...one]).stdout).not.toContain("elsewhere");
});
