// Retained sizes, garbage and paths in dumps of real programs: beside what really goes when an object is deleted, and
// beside a plain algorithm.
import { expect } from "vitest";
import type { Heap } from "../../src/store/heap.js";
import { openHeaps } from "../../src/store/open.js";
import { type CaptureWorkspace, test } from "../support/fixtures.js";
import { oldestMiddleNewest } from "../support/interpreters.js";
import type { Target } from "../support/target.js";

async function dump(workspace: CaptureWorkspace, target: Target, name: string): Promise<Heap> {
  const file = workspace.path(name);
  expect(await workspace.attach([target.pid, "-o", file])).toMatchObject({ status: 0 });
  const events = { onProgress: () => {}, onWarning: () => {} };
  const [heap] = await openHeaps([{ schema: "main", path: file }], events);
  return heap as Heap;
}

const alive = (heap: Heap) =>
  heap.get<{ size: bigint }>("SELECT sum(size) AS size FROM {heap}.object WHERE garbage = 0")?.size ?? 0n;

const DELETED = ["session", "chain", "cycle", "closure", "made_class", "queue"];

test.for(oldestMiddleNewest)(
  "CPython $version: what an object retains is what goes with it",
  async ({ path }, { workspace }) => {
    const target = await workspace.startTarget(path, "deletable.py");
    let before = await dump(workspace, target, "first.bin");
    for (const name of DELETED) {
      const address = BigInt((await target.ask(`address ${name}`)) as string);
      const { retained } = before.get<{ retained: bigint }>(
        "SELECT retained FROM {heap}.object WHERE address = ?",
        address,
      ) as { retained: bigint };
      expect(await target.ask(`delete ${name}`)).toBe("deleted");
      const after = await dump(workspace, target, `${name}.bin`);
      const gone = alive(before) - alive(after);
      // The program itself has a few strings more or less between two commands.
      const off = Number(gone - retained);
      expect({ name, off: Math.abs(off) < 1500 ? 0 : off }).toEqual({ name, off: 0 });
      before.db.close();
      before = after;
    }
    before.db.close();
  },
);

/** The heap as arrays: what each object holds, and which hold themselves. */
function holdings(heap: Heap) {
  const objects = heap.all<{ size: bigint; immortal: bigint }>(
    // CPython 3.11 counts the references of objects that lie in its own file from 999,999,999 on.
    "SELECT size, immortal OR refcount > 900000000 AS immortal FROM {heap}.object ORDER BY id",
  );
  const begins = objects.map(({ immortal }) => immortal === 1n);
  const rooted = [...begins];
  for (const { object, kind } of heap.all<{ object: bigint; kind: string }>(
    "SELECT object, kind FROM {heap}.root",
  )) {
    begins[Number(object)] = true;
    if (kind !== "c") rooted[Number(object)] = true;
  }
  const held: number[][] = objects.map(() => []);
  for (const { source, target: to, kind } of heap.all<{ source: bigint; target: bigint; kind: string }>(
    "SELECT source, target, kind FROM {heap}.reference WHERE kind <> 'weak'",
  )) {
    // Types that something else keeps alive are not kept by their instances.
    if (kind !== "type" || !rooted[Number(to)]) held[Number(source)]?.push(Number(to));
  }
  return { sizes: objects.map(({ size }) => size), begins, held };
}

function reached({ begins, held }: ReturnType<typeof holdings>, without = -1): Uint8Array {
  const seen = new Uint8Array(begins.length);
  const open: number[] = [];
  const visit = (id: number) => {
    if (id === without || seen[id]) return;
    seen[id] = 1;
    open.push(id);
  };
  for (const [id, begin] of begins.entries()) if (begin) visit(id);
  for (let id = open.pop(); id !== undefined; id = open.pop()) for (const to of held[id] ?? []) visit(to);
  return seen;
}

test.for(oldestMiddleNewest)(
  "CPython $version: a plain algorithm finds the same",
  async ({ path }, { workspace }) => {
    const target = await workspace.startTarget(path, "deletable.py");
    const heap = await dump(workspace, target, "heap.bin");
    const plain = holdings(heap);
    const all = reached(plain);
    const rows = heap.all<{
      id: bigint;
      retained: bigint;
      garbage: bigint;
      size: bigint;
      depth: bigint | null;
    }>("SELECT id, retained, garbage, size, depth FROM {heap}.object ORDER BY id");
    expect(rows.filter(({ id, garbage }) => (garbage === 0n) !== Boolean(all[Number(id)]))).toEqual([]);

    const holders = rows.filter(({ retained, size, garbage }) => garbage === 0n && retained > size);
    expect(holders.length).toBeGreaterThan(1000);
    const step = Math.floor(holders.length / 120);
    for (let i = 0; i < holders.length; i += step) {
      const { id, retained } = holders[i] as (typeof holders)[number];
      const left = reached(plain, Number(id));
      let freed = 0n;
      for (const [other, size] of plain.sizes.entries()) if (all[other] && !left[other]) freed += size;
      expect({ id, freed }).toEqual({ id, freed: retained });
    }

    for (let i = 0; i < rows.length; i += 997) {
      const { id, garbage, depth } = rows[i] as (typeof rows)[number];
      const path = heap
        .all<{ id: bigint }>("SELECT id FROM {heap}.path_to_root(?)", id)
        .map((row) => Number(row.id));
      if (garbage) {
        expect(path).toEqual([]);
        continue;
      }
      expect(path.at(-1)).toBe(Number(id));
      expect(BigInt(path.length - 1)).toBe(depth);
      expect(plain.begins[path[0] as number]).toBe(true);
      for (const [step, from] of path.slice(0, -1).entries()) {
        expect(plain.held[from]).toContain(path[step + 1]);
      }
    }
    heap.db.close();
  },
);
