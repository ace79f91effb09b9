// What objgraph and heapy say of a growing program from within, and diff, export --to stat and held-by-c --since of its
// dumps: growth against peaks, new objects, statistics and their differences, lost references.
import { fileURLToPath } from "node:url";
import { describe, expect } from "vitest";
import { recordsOf } from "../support/cli.js";
import { test } from "../support/fixtures.js";
import { environment, realInterpreters } from "./environment.js";

const PROGRAM = fileURLToPath(new URL("programs/systems_series.py", import.meta.url));
const STEPS = 5;
const CLASSES = /^__main__\.(Rise|Fall|New|Steady|Grow)$/;

type Pairs = Record<string, [number, number]>;

/** What there is of the originals for this version; null of one that there is not. */
interface Told {
  /** objgraph: objects, and so many more than ever. */
  growth: Pairs | null;
  /** Its new addresses since the step before. */
  new: Record<string, number[]> | null;
  /** heapy: objects and bytes by kind, and the difference to the first step. */
  stat: Pairs | null;
  grew: Pairs | null;
}

interface Row {
  name: string;
  growth: number;
  count_old: number;
  count: number;
  size: number;
  counts: number[];
}

describe.each(realInterpreters)("CPython $version ($library)", (interpreter) => {
  test("objgraph and heapy", async ({ workspace, skip }) => {
    const { python, packages } = environment(interpreter, ["objgraph", "guppy3"]);
    if (packages.length === 0) skip("there is neither objgraph nor guppy3 for it");
    const target = await workspace.startTarget(python, PROGRAM);
    const told: Told[] = [];
    const dumps: string[] = [];
    for (let step = 0; step < STEPS; step++) {
      told.push((await target.ask(`step ${step}`)) as Told);
      dumps.push(`${step + 1}.bin`);
      await workspace.attachQuietly(target.pid, "fork", `${step + 1}.bin`);
      workspace.json("export", `${step + 1}.bin`, "--to", "stat", "-o", "series.stat");
    }
    const diff = (...args: string[]) =>
      recordsOf<Row>(workspace.json("diff", "-n", "100000", ...args)).filter(({ name }) =>
        CLASSES.test(name),
      );
    const pairs = (rows: Row[], pair: (row: Row) => [number, number]): Pairs =>
      Object.fromEntries(rows.map((row) => [row.name, pair(row)]));

    if (packages.includes("objgraph")) {
      // show_growth: after each step, of all dumps until then.
      for (let step = 1; step < STEPS; step++) {
        const rows = diff("--count", "--against", "peak", ...dumps.slice(0, step + 1));
        expect(pairs(rows, ({ count, count_old }) => [count, count - count_old])).toEqual(told[step]?.growth);
      }
      // get_new_ids: of classes that only grow, so that no address is taken by another object.
      for (const name of ["__main__.Grow", "__main__.New"]) {
        // What the originals made of addresses meanwhile is a warning.
        const args = ["--of", `new & ${name}`, "--since", "4.bin", "5.bin"];
        const found = JSON.parse(workspace.run(["top", "--json", "-n", "1000", ...args]).stdout);
        const addresses = recordsOf<{ address: string }>(found).map(({ address }) => Number(address));
        expect(addresses.sort((a, b) => a - b)).toEqual(told[4]?.new?.[name]);
      }
    }
    if (packages.includes("guppy3")) {
      const last = told[STEPS - 1];
      const samples = diff("series.stat");
      expect(samples.map(({ counts }) => counts.length)).toEqual(samples.map(() => STEPS));
      const grew = pairs(samples, ({ growth, count, count_old }) => [count - count_old, growth]);
      // heapy also has rows in which nothing differs.
      const differing = Object.entries(last?.grew ?? {}).filter(
        ([, [count, size]]) => count !== 0 || size !== 0,
      );
      expect(grew).toEqual(Object.fromEntries(differing));
      const top = recordsOf<Row>(workspace.json("top", "--by", "kind", "-n", "100000", "5.bin"));
      const kinds = top.filter(({ name }) => CLASSES.test(name ?? ""));
      expect(pairs(kinds, ({ count, size }) => [count, size])).toEqual(last?.stat);
    }
  });

  test("objgraph's get_leaking_objects", async ({ workspace, skip }) => {
    const { python, packages } = environment(interpreter, ["objgraph"]);
    if (!packages.includes("objgraph")) skip("there is no objgraph for it");
    const target = await workspace.startTarget(python, PROGRAM);
    const before = (await target.ask("lose 40")) as number[];
    await workspace.attachQuietly(target.pid, "fork", "before.bin");
    const after = (await target.ask("lose 25")) as number[];
    await workspace.attachQuietly(target.pid, "fork", "after.bin");
    const lost = after.filter((address) => !before.includes(address));
    expect(lost).toHaveLength(25);
    const found = recordsOf<{ type: string; count: number; address: string }>(
      workspace.json("held-by-c", "--since", "before.bin", "after.bin"),
    );
    expect(found).toMatchObject([{ type: "__main__.Lost", count: 25, references: 25 }]);
    expect(lost).toContain(Number(found[0]?.address));
  });
});
