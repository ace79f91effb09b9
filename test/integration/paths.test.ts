// Paths beside the program that they are of: each that Python compiles must give that very object there, and each that
// it does not must be written in a form that docs/paths.md has.
import { writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import type { Heap } from "../../src/store/heap.js";
import { openHeaps } from "../../src/store/open.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters, oldestMiddleNewest } from "../support/interpreters.js";
import type { Target } from "../support/target.js";

// A hundred thousand paths, each compiled and evaluated.
const TIMEOUT = 240_000;

interface Verdict {
  /** Paths that gave their object. */
  right: number;
  /** Those that are not Python. */
  other: string[];
  wrong: [string, string][];
}

async function dumped(workspace: CaptureWorkspace, target: Target, mode: string): Promise<Heap> {
  const path = workspace.path(`${mode}.bin`);
  const outcome = await workspace.attach([target.pid, "--mode", mode, "--content", 200, "-o", path]);
  expect(outcome).toMatchObject({ status: 0 });
  const [heap] = await openHeaps([{ schema: "main", path }], { onProgress: () => {} });
  return heap as Heap;
}

async function evaluated(workspace: CaptureWorkspace, target: Target, paths: Path[]): Promise<Verdict> {
  const file = workspace.path("paths.json");
  writeFileSync(file, `[${paths.map(({ path, address }) => `[${JSON.stringify(path)}, ${address}]`)}]`);
  return (await target.ask(`evaluate ${file}`)) as Verdict;
}

interface Path {
  path: string;
  address: bigint;
}

const OBJECTS = "SELECT path, address FROM object WHERE path IS NOT NULL";
/** What a path and what its object holds give together. */
const HOLDS = `
  SELECT o.path || h.part AS path, held.address
    FROM object AS o, holds(o.id) AS h JOIN object AS held ON held.id = h.id
   WHERE o.id % 5 = 0 AND o.path LIKE 'sys.modules%' AND o.path NOT GLOB '*[<?×…]*'`;
const REFERENCES = `
  SELECT o.path || r.part AS path, held.address
    FROM object AS o, referents(o.id) AS r JOIN object AS held ON held.id = r.id
   WHERE o.id % 9 = 0 AND o.path LIKE 'sys.modules%' AND o.path NOT GLOB '*[<?×…]*'`;

const FORMS =
  /<(?:frame|thread|interpreter|data of|static|task|function|class|element|key|attribute|slot|field|local|cell|reference|thread-local|timer|ContextVar) |<(?:held by C|immortal object|unknown holder|static|its type|weak reference|variables|lru_cache[^>]*)>|\[<|\[\?\]| × \d+\)|\(… \d+ more …\)/;

async function holdToPython(workspace: CaptureWorkspace, target: Target, mode: string): Promise<Heap> {
  const heap = await dumped(workspace, target, mode);
  for (const [sql, least] of [
    [OBJECTS, 20_000],
    [HOLDS, 5000],
    [REFERENCES, 5000],
  ] as const) {
    const { right, other, wrong } = await evaluated(workspace, target, heap.all<Path>(sql));
    expect({ mode, wrong }).toEqual({ mode, wrong: [] });
    expect(right).toBeGreaterThan(least);
    expect(other.filter((path) => !FORMS.test(path))).toEqual([]);
  }
  return heap;
}

describe.each(interpreters)("CPython $version, $library", ({ path: python }) => {
  test("a path that is Python gives its object in the program", { timeout: TIMEOUT }, async ({
    workspace,
  }) => {
    const target = await workspace.startTarget(python, "reachable.py");
    const heap = await holdToPython(workspace, target, "fork");
    const expected = (await target.ask("expected")) as [number, string][];
    const found = expected.map(([address, ending]) => {
      const path = heap.get<Path>("SELECT path FROM object WHERE address = ?", BigInt(address))?.path;
      return path?.endsWith(ending) ? ending : path;
    });
    expect(found).toEqual(expected.map(([, ending]) => ending));
  });
});

describe.each(oldestMiddleNewest)("CPython $version, $library, by a script", ({ path: python }) => {
  test("a path that is Python gives its object in the program", { timeout: TIMEOUT }, async ({
    workspace,
  }) => {
    await holdToPython(workspace, await workspace.startTarget(python, "reachable.py"), "python");
  });
});
