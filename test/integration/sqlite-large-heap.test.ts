// A heap of a million objects through SQLite. Without what is pushed down, each query would step through 10^9 rows and
// more.
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { native } from "../../src/native/addon.js";
import type { Heap } from "../../src/store/heap.js";
import { openHeaps } from "../../src/store/open.js";
import { TempWorkspace } from "../support/cli.js";
import { largeHeap, largeHeapDump } from "../support/large-heap.js";

const workspace = new TempWorkspace();
afterAll(() => workspace.remove());

describe("a heap of a million", () => {
  const n = 1_000_000;
  let heap: Heap;
  const numbers = `WITH RECURSIVE number(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < 1000)`;

  beforeAll(async () => {
    const path = workspace.path("largeHeap.bin");
    writeFileSync(path, largeHeapDump(n));
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 5);
    const fractions: number[] = [];
    const result = await native().ensureIndex(path, `${path}.first`, (fraction) => fractions.push(fraction));
    clearInterval(ticking);
    expect(result, "it was built").toBe(true);
    expect(ticks, "the event loop runs meanwhile").toBeGreaterThan(0);
    expect(fractions.at(-1)).toBe(1);
    expect([...fractions].sort((a, b) => a - b)).toEqual(fractions);
    [heap] = (await openHeaps([{ schema: "main", path }], { onProgress: () => {} })) as [Heap];
    expect(heap.totals().count).toBe(BigInt(n + 2));
    expect(heap.referenceCount()).toBe(BigInt(2 * n - 1));
    expect(heap.meta().get("complete")).toBe("true");
  });

  test.each([
    [
      "addresses",
      `SELECT count(*) AS found FROM number JOIN object ON object.address = ${largeHeap.at(0)} + 48 * 777 * i`,
    ],
    ["ids", "SELECT count(*) AS found FROM number JOIN object ON object.id = 777 * i"],
    ["sources", "SELECT count(*) / 3 AS found FROM number JOIN reference ON source = 777 * i"],
    ["targets", "SELECT count(*) AS found FROM number JOIN reference ON target = 777 * i"],
    [
      "a hub's references from one source",
      "SELECT count(*) AS found FROM number JOIN reference ON source = 777 * i AND target = 1",
    ],
    ["instances of a type, counted", "SELECT sum(type.count = 1000002) AS found FROM number, type"],
    [
      "largest",
      "SELECT count(*) AS found FROM number WHERE (SELECT size FROM object WHERE id <> i ORDER BY size DESC LIMIT 1) = 1127",
    ],
    [
      "ranges of ids",
      "SELECT count(*) AS found FROM number WHERE (SELECT count(*) FROM object WHERE id > i * 777 AND id <= i * 777 + 5) = 5",
    ],
    [
      "ranges of sizes",
      "SELECT count(*) AS found FROM number WHERE (SELECT min(size) FROM object WHERE size > 1100) = 1101",
    ],
  ])(
    "a thousand %s",
    (_, sql) => {
      expect(heap.get(`${numbers} ${sql}`)).toEqual({ found: 1000n });
    },
    20_000,
  );

  test("the hub has a million referrers, and each is found", () => {
    const hub = heap.objectAt(largeHeap.hub)?.id as bigint;
    expect(heap.get("SELECT count(*) AS c FROM referrers(?) WHERE kind = 'item'", hub)).toEqual({
      c: BigInt(n),
    });
    expect(heap.get("SELECT count(DISTINCT label) AS c FROM referrers(?)", hub)).toEqual({ c: 1n });
  });

  test("a chain a million deep is reached to its end", () => {
    const first = heap.objectAt(largeHeap.at(0))?.id as bigint;
    expect(heap.get("SELECT count(*) AS c, max(distance) AS d FROM reachable(?)", first)).toEqual({
      c: BigInt(n + 1),
      d: BigInt(n - 1),
    });
  });

  test("the largest come first", () => {
    const rows = heap.all<{ size: bigint }>("SELECT size FROM object ORDER BY size DESC LIMIT 3");
    expect(rows.map(({ size }) => size)).toEqual([
      largeHeap.size(999),
      largeHeap.size(999),
      largeHeap.size(999),
    ]);
  });
});
