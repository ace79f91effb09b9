// A series of dumps of which the classes and the numbers of their instances are planted.
import type { TempWorkspace } from "./cli.js";
import { PythonHeap } from "./python-heap.js";

/** Instances of each class in each dump of a series. */
export type Planted = Record<string, number[]>;

/** Of an instance, in bytes. */
export const SIZE = 48n;

/** What diff --json says of a row. */
export interface DiffRow {
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
export function heapOf(planted: Planted, dump: number): PythonHeap {
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
export function writeSeries(workspace: TempWorkspace, planted: Planted, prefix = ""): string[] {
  const dumps = Object.values(planted)[0]?.length ?? 0;
  return Array.from({ length: dumps }, (_, i) => {
    const name = `${prefix}${i + 1}.bin`;
    const time = new Date(Date.UTC(2026, 2, 1, 12, i)).toISOString();
    workspace.dump(name, heapOf(planted, i), { time });
    return name;
  });
}
