// The shortest ways between two sets of objects, as a picture draws them.
import type { Heap } from "../store/heap.js";
import type { Selection } from "./filter.js";
import { avoidArgument } from "./selectors.js";

export interface WayStep {
  id: bigint;
  /** What it adds to the path. */
  part: string;
}

/** From an object of the first set to one of the second; a `__dict__` is one with its owner. */
export function waysBetween(
  heap: Heap,
  from: string,
  to: string,
  exclude: Selection,
  limit: number,
): WayStep[][] {
  const rows = heap.all<WayStep & { step: bigint; length: bigint }>(
    "SELECT step, id, part, length FROM {heap}.path_between(?, ?, ?, ?)",
    from,
    to,
    avoidArgument(exclude),
    limit,
  );
  const ways: WayStep[][] = [];
  for (const { step, id, part, length } of rows) {
    if (step === 0n) ways.push([]);
    if (part !== "" || step === length) ways.at(-1)?.push({ id, part });
  }
  return ways;
}
