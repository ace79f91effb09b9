// diff of a series: what objgraph's growth and heapy's stat answer, beside plain references over the planted counts; the
// same of dumps, of samples and of both, of more dumps than can be open at once.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MAX_HEAPS } from "../../src/store/open.js";
import { recordsOf, TempWorkspace } from "../support/cli.js";
import { type DiffRow, type Planted, SIZE, writeSeries } from "../support/planted-series.js";
import { random } from "../support/random.js";

/** objgraph 3.6, objgraph.py: growth() once for each dump, of which the last one is returned. */
function growthOfObjgraph(planted: Planted): Record<string, [count: number, growth: number]> {
  const peaks: Record<string, number> = {};
  let deltas: Record<string, [number, number]> = {};
  const dumps = Object.values(planted)[0]?.length ?? 0;
  for (let i = 0; i < dumps; i++) {
    deltas = {};
    for (const [name, counts] of Object.entries(planted)) {
      const [count, old] = [counts[i] as number, peaks[name] ?? 0];
      if (count <= old) continue;
      deltas[name] = [count, count - old];
      peaks[name] = count;
    }
  }
  return deltas;
}

let workspace: TempWorkspace;
beforeAll(() => {
  workspace = new TempWorkspace();
});
afterAll(() => workspace.remove());

/** The planted classes alone, or dicts of app as their kinds. */
function rows(args: string[]): DiffRow[] {
  return recordsOf<DiffRow>(workspace.json("diff", "-n", "1000", ...args)).filter(({ name }) =>
    name.startsWith("app."),
  );
}

const growths = (found: DiffRow[]) =>
  Object.fromEntries(found.map((row) => [row.name.slice(4), [row.count, row.count - row.count_old]]));

describe("against peaks", () => {
  const planted = {
    Rise: [0, 10, 5],
    Fall: [10, 0, 5],
    New: [0, 0, 3],
    Steady: [4, 4, 4],
    Grow: [1, 2, 5],
    Last: [3, 1, 3],
  };

  test("what went up and down has not grown", () => {
    const found = rows(["--count", "--against", "peak", ...writeSeries(workspace, planted)]);
    expect(found).toMatchObject([
      {
        name: "app.Grow",
        growth: 3 * Number(SIZE),
        count_old: 2,
        count: 5,
        counts: [1, 2, 5],
        new: null,
        gone: null,
      },
      { name: "app.New", growth: 3 * Number(SIZE), count_old: 0, count: 3, counts: [0, 0, 3] },
    ]);
    expect(growths(found)).toEqual(growthOfObjgraph(planted));
  });

  test("against the first dump and the one before, each object counts", () => {
    const files = writeSeries(workspace, planted);
    const one = (against: string, name: string) =>
      rows(["--against", against, ...files]).find((row) => row.name === `app.${name}`);
    expect(one("base", "Rise")).toMatchObject({
      count_old: 0,
      count: 5,
      new: 5,
      gone: 0,
      counts: [0, 10, 5],
    });
    expect(one("previous", "Rise")).toMatchObject({ count_old: 10, count: 5, counts: [0, 10, 5] });
    expect(one("base", "Steady")).toBeUndefined();
  });

  test.each([1, 2, 3])("random series %i is what objgraph says, of dumps, samples and both", (seed) => {
    const next = random(seed);
    const series: Planted = {};
    for (let i = 0; i < 12; i++) series[`C${i}`] = Array.from({ length: 5 }, () => Math.floor(next() * 4));
    const files = writeSeries(workspace, series, `r${seed}-`);
    const expected = growthOfObjgraph(series);
    const samples = `r${seed}.stat`;
    for (const file of files.slice(0, 3)) workspace.json("export", file, "--to", "stat", "-o", samples);
    const answers = [files, [samples, ...files.slice(3)]].map((given) =>
      rows(["--by", "kind", "--count", "--against", "peak", ...given]),
    );
    for (const found of answers) expect(growths(found)).toEqual(expected);
    expect(answers[1]).toEqual(answers[0]);
    for (const file of files.slice(3)) workspace.json("export", file, "--to", "stat", "-o", samples);
    for (const against of ["base", "previous", "peak"]) {
      const [dumps, sampled] = [files, [samples]].map((given) =>
        rows(["--by", "kind", "--against", against, ...given]),
      );
      // What is only exchanged for others of its class is no change of a sample.
      const bare = (found: DiffRow[] = []) =>
        found
          .filter(({ growth }) => growth !== 0)
          .map(({ name, growth, counts, sizes }) => ({ name, growth, counts, sizes }));
      expect(bare(sampled)).toEqual(bare(dumps));
    }
  });

  test("of more dumps than can be open at once", () => {
    const next = random(7);
    const series: Planted = { Up: [], Random: [], Few: [] };
    for (let i = 0; i < MAX_HEAPS + 9; i++) {
      series.Up?.push(i);
      series.Random?.push(Math.floor(next() * 9));
      series.Few?.push(i === 3 ? 2 : 0);
    }
    const files = writeSeries(workspace, series, "many-");
    expect(growths(rows(["--count", "--against", "peak", ...files]))).toEqual(growthOfObjgraph(series));
    expect(rows(["--by", "type", ...files]).find(({ name }) => name === "app.Up")?.counts).toEqual(series.Up);
  });
});

test("a set of which an earlier dump has no such type is divided right there, too", () => {
  const files = writeSeries(workspace, { Old: [2, 2], Late: [0, 3] }, "late-");
  expect(rows(["--of", "app.Late", ...files])).toMatchObject([{ name: "app.Late", counts: [0, 3] }]);
  // What is not of the missing type is all there is, not nothing.
  expect(rows(["--of", "all - app.Late", "--by", "unity", ...files])).toEqual([]);
  // Nor is the object at an address that has none yet.
  const [late] = recordsOf<{ address: string }>(
    workspace.json("top", "--of", "app.Late", files[1] as string),
  );
  for (const against of ["base", "peak"]) {
    const found = rows(["--against", against, "--of", late?.address as string, ...files]);
    expect(found).toMatchObject([{ name: "app.Late", counts: [0, 1] }]);
  }
  expect(rows(["--count", "--against", "peak", "--of", "app.Late | app.Old", ...files])).toMatchObject([
    { counts: [0, 3] },
  ]);
});
