// Several dumps of one process.
import { ExitCode, HeapdumpError } from "../errors.js";
import type { Heap } from "../store/heap.js";
import { doubtAboutSame } from "./same.js";

/** When the dump was taken, in milliseconds since 1970; NaN where it does not say. */
export function timeOf(heap: Heap): number {
  return Date.parse(heap.meta().get("time") ?? "");
}

/** Null where it is not known, or not above 0. */
export function hoursBetween(first: Heap, last: Heap): number | null {
  const hours = (timeOf(last) - timeOf(first)) / 3_600_000;
  return hours > 0 ? hours : null;
}

/** Why the order of the dumps is in doubt; undefined where each is later than the one before. */
export function doubtAboutOrder(heaps: Heap[]): string | undefined {
  for (const [i, heap] of heaps.entries()) {
    const before = heaps[i - 1];
    if (before && timeOf(heap) < timeOf(before)) {
      return `${heap.path} was taken before ${before.path}: name the earlier dumps first`;
    }
  }
  return undefined;
}

/** Doubts about each of the heaps as one of the process of the last. */
export function doubtsAboutSame(heaps: Heap[]): string[] {
  const last = heaps.at(-1) as Heap;
  return heaps.slice(0, -1).flatMap((heap) => doubtAboutSame(last, heap) ?? []);
}

/** Refuses what cannot be asked of so few dumps. */
export function requireTwo(heaps: number, what: string): void {
  if (heaps < 2)
    throw new HeapdumpError(ExitCode.Usage, `${what} needs two dumps of a process, an earlier one first`);
}
