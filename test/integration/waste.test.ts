// What a program wastes, beside what it says of itself.
import { expect } from "vitest";
import { recordsOf } from "../support/cli.js";
import { test } from "../support/fixtures.js";
import { oldestMiddleNewest } from "../support/interpreters.js";

interface Row {
  kind: string;
  type: string;
  what: string | null;
  content: string | null;
  count: number;
  wasted: number;
  certain: boolean;
}

interface Truth {
  count: number;
  wasted: number;
}

test.for(oldestMiddleNewest)("CPython $version", async ({ path: python }, { workspace }) => {
  const target = await workspace.startTarget(python, "wasteful.py");
  const truth = (await target.ask("waste")) as Record<string, Truth> & { sparse: number };
  const file = workspace.path("heap.bin");
  expect(await workspace.attach([target.pid, "-o", file])).toMatchObject({ status: 0 });
  const { stdout } = workspace.run(["waste", "--json", "-n", "10000", file]);
  const found = recordsOf<Row>(JSON.parse(stdout));
  const row = (kind: string, is: (row: Row) => boolean) =>
    found.filter((one) => one.kind === kind && is(one));

  expect(row("duplicate", ({ content }) => content === "a text that is there many times")).toMatchObject([
    { ...truth.texts, type: "str", certain: true },
  ]);
  expect(row("duplicate", ({ content }) => content?.startsWith("long long") ?? false)).toMatchObject([
    { ...truth.long, certain: false },
  ]);
  expect(row("duplicate", ({ content }) => content === "b'\\x01\\x02\\x03\\x04\\x05six'")).toMatchObject([
    { ...truth.bytes, type: "bytes" },
  ]);
  expect(row("boxes", ({ content }) => content === "1.25")).toMatchObject([
    { ...truth.numbers, type: "float" },
  ]);
  expect(row("empty", ({ what }) => what === "<__main__.Plain>.tags")).toMatchObject([truth.empty]);
  expect(row("slots", ({ type }) => type === "__main__.Plain")).toMatchObject([
    { count: 500, certain: true },
  ]);
  expect(row("slots", ({ type }) => type !== "__main__.Plain" && type.startsWith("__main__."))).toEqual([]);
  const [sparse] = row("sparse", ({ what }) => what === "sys.modules['__main__'].SPARSE");
  // Beside other dicts of the dump with as many entries; a fresh copy may have a little more room than the best.
  expect(sparse?.count).toBe(1);
  expect(Math.abs((sparse?.wasted ?? 0) - truth.sparse)).toBeLessThan(1000);
});
