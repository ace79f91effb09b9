// diff of a series: what objgraph's growth and heapy's stat answer, beside plain references over the planted counts; the
// same of dumps, of samples and of both, of more dumps than can be open at once.
import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MAX_HEAPS } from "../../src/store/open.js";
import { recordsOf, TempWorkspace } from "../support/cli.js";
import { encodeDump } from "../support/dump-file.js";
import { PythonHeap } from "../support/python-heap.js";

/** Instances of each class in each dump of a series. */
type Planted = Record<string, number[]>;

const SIZE = 48n;

interface Row {
  name: string;
  growth: number;
  count_old: number;
  count: number;
  new: number | null;
  gone: number | null;
  counts: number[];
  sizes: number[];
}

/** An object is at the same address in every dump that has it. A class that no object is of yet comes last. */
function heapOf(planted: Planted, dump: number): PythonHeap {
  const heap = new PythonHeap();
  const list = heap.list([]);
  const names = heap.list(Array.from({ length: 400 }, (_, i) => heap.str(`name ${i}`)));
  heap.module("app", "/srv/app.py", { ALL: list, NAMES: names });
  for (const [name, counts] of Object.entries(planted)) {
    if (name === "Late" && counts[dump] === 0) continue;
    const instances = Array.from({ length: Math.max(...counts) }, () =>
      heap.add(`app.${name}`, {}, [], SIZE),
    );
    const there = instances.slice(0, counts[dump]);
    heap.things.splice(heap.things.length - instances.length + there.length);
    list.references.push(...there);
  }
  return heap;
}

/** Writes 1.bin, 2.bin, …, a minute apart; returns their names. */
function write(workspace: TempWorkspace, planted: Planted, prefix = ""): string[] {
  const dumps = Object.values(planted)[0]?.length ?? 0;
  return Array.from({ length: dumps }, (_, i) => {
    const name = `${prefix}${i + 1}.bin`;
    const time = new Date(Date.UTC(2026, 2, 1, 12, i)).toISOString();
    workspace.dump(name, heapOf(planted, i), { time });
    return name;
  });
}

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

function random(seed: number): () => number {
  let x = seed;
  return () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x / 2 ** 32;
  };
}

let workspace: TempWorkspace;
beforeAll(() => {
  workspace = new TempWorkspace();
});
afterAll(() => workspace.remove());

/** The planted classes alone, or dicts of app as their kinds. */
function rows(args: string[]): Row[] {
  return recordsOf<Row>(workspace.json("diff", "-n", "1000", ...args)).filter(({ name }) =>
    name.startsWith("app."),
  );
}

const growths = (found: Row[]) =>
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
    const found = rows(["--count", "--against", "peak", ...write(workspace, planted)]);
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
    const files = write(workspace, planted);
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
    const files = write(workspace, series, `r${seed}-`);
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
      const bare = (found: Row[] = []) =>
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
    const files = write(workspace, series, "many-");
    expect(growths(rows(["--count", "--against", "peak", ...files]))).toEqual(growthOfObjgraph(series));
    expect(rows(["--by", "type", ...files]).find(({ name }) => name === "app.Up")?.counts).toEqual(series.Up);
  });
});

test("a set of which an earlier dump has no such type is divided right there, too", () => {
  const files = write(workspace, { Old: [2, 2], Late: [0, 3] }, "late-");
  expect(rows(["--of", "app.Late", ...files])).toMatchObject([{ name: "app.Late", counts: [0, 3] }]);
  // What is not of the missing type is all there is, not nothing.
  expect(rows(["--of", "all - app.Late", "--by", "unity", ...files])).toEqual([]);
  expect(rows(["--count", "--against", "peak", "--of", "app.Late | app.Old", ...files])).toMatchObject([
    { counts: [0, 3] },
  ]);
});

describe("a file of samples", () => {
  const planted = { A: [1, 2, 3], B: [5, 5, 5] };
  let files: string[];
  const take = (name: string, count = 3) => {
    for (const file of files.slice(0, count)) workspace.json("export", file, "--to", "stat", "-o", name);
    return workspace.path(name);
  };
  beforeAll(() => {
    files = write(workspace, planted, "s-");
  });

  test("is private text of one line a sample, which says what it is", () => {
    const path = take("plain.stat");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const lines = readFileSync(path, "utf8").split("\n");
    expect(lines.pop()).toBe("");
    const samples = lines.map((line) => JSON.parse(line));
    expect(samples).toMatchObject(
      Array(3).fill({ format: "heapdump-stat", version: 1, by: "kind", of: null, meta: { pid: "4242" } }),
    );
    // As `top` counts them.
    const top = recordsOf<{ name: string; count: number; size: number }>(
      workspace.json("top", "--by", "kind", "-n", "1000", "s-3.bin"),
    );
    const counted = (rows: [string, number, number][]) =>
      new Map(rows.map(([name, ...figures]) => [name, figures]));
    expect(counted(samples[2].groups)).toEqual(
      counted(top.map(({ name, count, size }) => [name, count, size])),
    );
  });

  test("that is cut is read as far as it goes, and can be continued", () => {
    const path = take("cut.stat");
    const whole = readFileSync(path);
    for (let cut = whole.length - 1; cut > whole.indexOf("\n") + 2; cut -= 41) {
      writeFileSync(path, whole.subarray(0, cut));
      const { status, stderr, stdout } = workspace.run(["diff", "--json", "cut.stat", "s-3.bin"]);
      expect(status).toBe(0);
      // A line that lacks its end is whole without it.
      const isWhole = cut === whole.length - 1 || whole[cut - 1] === 10 || whole[cut] === 10;
      expect(stderr.includes("the last line of cut.stat is cut off")).toBe(!isWhole);
      const first = recordsOf<Row>(JSON.parse(stdout)).find(({ name }) => name === "app.A");
      expect(first).toMatchObject({ count_old: 1, count: 3 });
    }
    workspace.json("export", "s-2.bin", "--to", "stat", "-o", "cut.stat");
    const { stdout, stderr } = workspace.run(["diff", "--json", "cut.stat"]);
    expect(stderr).toContain("cut.stat:2 is not a sample: it is left out");
    expect(recordsOf<Row>(JSON.parse(stdout)).find(({ name }) => name === "app.A")?.counts).toEqual([1, 2]);
  });

  test.each([
    ["the same dump twice", ["s-1.bin"], "own.stat:1 is a sample of this dump already"],
    [
      "another partition",
      ["--by", "module", "s-2.bin"],
      "own.stat:1 was taken --by kind: take all samples of a file alike",
    ],
    [
      "another set",
      ["--of", "str", "s-2.bin"],
      "own.stat:1 was taken --by kind: take all samples of a file alike",
    ],
    [
      "another process",
      ["other.bin"],
      "own.stat:1 and other.bin are dumps of different processes (pid 4242 and 17)",
    ],
  ])("takes no sample of %s", (_, args, message) => {
    workspace.dump("other.bin", heapOf(planted, 0), { pid: "17" });
    const path = workspace.path("own.stat");
    writeFileSync(path, "");
    take("own.stat", 1);
    const before = readFileSync(path);
    const { status, stderr } = workspace.run(["export", "--to", "stat", "-o", "own.stat", ...args]);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) });
    expect(readFileSync(path)).toEqual(before);
  });

  test.each([
    ["another process", ["own.stat", "other.bin"], /different processes/],
    [
      "another mode",
      ["own.stat", "forked.bin"],
      /were taken in different modes, which count different objects/,
    ],
    ["one sample alone", ["own.stat"], /diff needs two dumps/],
    [
      "another partition",
      ["--by", "type", "own.stat", "s-2.bin"],
      /own.stat:1 was taken --by kind: it cannot be divided otherwise/,
    ],
    ["another set", ["--of", "str", "own.stat", "s-2.bin"], /cannot be divided otherwise/],
    [
      "samples of other partitions",
      ["own.stat", "modules.stat"],
      /own.stat:1 was taken --by kind and modules.stat:1 --by module/,
    ],
  ])("is not compared with %s", (_, args, message) => {
    workspace.dump("other.bin", heapOf(planted, 0), { pid: "17" });
    workspace.dump("forked.bin", heapOf(planted, 1), { mode: "fork", time: "2026-03-01T12:30:00.000Z" });
    for (const name of ["own.stat", "modules.stat"]) writeFileSync(workspace.path(name), "");
    take("own.stat", 1);
    workspace.json("export", "s-2.bin", "--by", "module", "--to", "stat", "-o", "modules.stat");
    const { status, stderr } = workspace.run(["diff", ...args]);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(message) });
  });

  test("of a newer version, and what is none, are refused in a line", () => {
    const path = take("newer.stat", 2);
    appendFileSync(
      path,
      readFileSync(path, "utf8").split("\n")[0]?.replace('"version":1', '"version":2') ?? "",
    );
    expect(workspace.run(["diff", "newer.stat"])).toMatchObject({
      status: 5,
      stderr: "heapdump: newer.stat:3: it is of version 2 of the format; this heapdump reads version 1\n",
    });
    for (const text of [
      "{",
      '{"format": "heapdump-stat"}\n',
      "{}\n{}\n",
      '{"format":"heapdump-stat","version":1,"by":"kind","of":null,"meta":{},"interpreter":null,"groups":[["x",-1,2]]}',
    ]) {
      writeFileSync(workspace.path("none.stat"), text);
      expect(workspace.run(["diff", "none.stat", "s-1.bin"])).toMatchObject({
        status: 5,
        stderr: "heapdump: none.stat: it has no sample that can be read\n",
      });
    }
    expect(workspace.run(["export", "s-1.bin", "--to", "stat", "-o", "s-2.bin"])).toMatchObject({
      status: 2,
      stderr: "heapdump: s-2.bin: it is there and no file of samples; choose another file\n",
    });
  });

  test("of a dump that is not complete says so", () => {
    const whole = encodeDump(heapOf(planted, 1).parts({ time: "2026-03-01T12:01:00.000Z" }));
    workspace.write("lossy.bin", whole.subarray(0, -40));
    workspace.run(["export", "lossy.bin", "--to", "stat", "-o", "lossy.stat"]);
    const { stderr } = workspace.run(["diff", "lossy.stat", "s-3.bin"]);
    const { stderr: ofDump } = workspace.run(["diff", "lossy.bin", "s-3.bin"]);
    expect(ofDump).toContain("lossy.bin is not complete");
    expect(stderr).toContain("lossy.stat:1 is not complete");
  });
});
