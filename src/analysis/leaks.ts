import type { Heap } from "../store/heap.js";
import { isIncomplete } from "./incomplete.js";
import type { MemoryReport } from "./memory.js";
import { differentModes } from "./modes.js";
import { largerFirst } from "./order.js";
import { hoursBetween } from "./series.js";
import { type Suspect, suspectOf, suspectRows } from "./suspect.js";

export interface Leaks {
  suspects: Suspect[];
  /** Of three dumps and more: what comes and goes. */
  passing: Suspect[];
  /** Bytes alive in the last dump, garbage not counted. */
  alive: bigint;
  garbage: bigint;
  /** Bytes by which there is more garbage than in the first dump; null of one dump and of two modes. */
  garbageGrowth: bigint | null;
  /** Bytes alive that came between the first and the last, less those that went; null of one dump and of two modes. */
  growth: bigint | null;
  /** Bytes of that growth that no suspect has; null where it is not known. */
  elsewhere: bigint | null;
  hours: number | null;
  /** Whether one of the dumps is not complete: what it has lost is in no figure. */
  incomplete: boolean;
}

/** The suspects of the last of the heaps, which stand in the order of their times, best first. */
export function findLeaks(heaps: Heap[], memory: MemoryReport | undefined): Leaks {
  const last = heaps.at(-1) as Heap;
  const first = heaps.length > 1 ? heaps[0] : undefined;
  const before = heaps.length > 2 ? heaps.at(-2) : undefined;
  const hours = first ? hoursBetween(first, last) : null;
  const rows = suspectRows(last, first, before);
  // Without all holders, what is garbage is not known.
  const known = isIncomplete(last) ? rows.filter(({ kind }) => kind !== "garbage") : rows;
  const shareOf = nativeShares(heaps, memory);
  const found = known
    .map((row) => suspectOf(row, last, { grows: Boolean(first), survived: Boolean(before), hours, shareOf }))
    .sort((a, b) => largerFirst(weight(a), weight(b)));
  const alive = bytesAlive(last);
  const then = first && !differentModes(first, last) ? bytesAlive(first) : null;
  const growth = then && alive.alive - then.alive;
  return {
    suspects: found.filter(({ passing }) => !passing),
    passing: found.filter(({ passing }) => passing),
    ...alive,
    growth,
    elsewhere: growth === null ? null : growth - growthOf(found),
    garbageGrowth: then && alive.garbage - then.garbage,
    hours,
    incomplete: heaps.some(isIncomplete),
  };
}

/** What of the growth of C memory objects that came may own, by their number. */
function nativeShares(heaps: Heap[], memory: MemoryReport | undefined): (objects: bigint) => bigint {
  const owners = (heap: Heap | undefined) =>
    heap?.get<{ n: bigint | null }>("SELECT sum(memory_unknown) AS n FROM {heap}.type")?.n ?? 0n;
  const growth = heaps.length > 1 && memory?.verdict === "native" ? (memory.growth?.native ?? 0n) : 0n;
  const came = owners(heaps.at(-1)) - owners(heaps[0]);
  return (objects) => {
    if (growth <= 0n || came <= 0n) return 0n;
    return objects >= came ? growth : (growth * objects) / came;
  };
}

/** What lasts comes first; of what C memory came with a suspect, as much lasts as of its own. */
function weight({ survived, growth, retained, native }: Suspect): bigint {
  if (growth === null) return retained;
  if (survived === null) return growth + native;
  return survived + (growth > 0n ? (native * survived) / growth : 0n);
}

/** What of the growth of all that is alive the suspects have. */
function growthOf(suspects: Suspect[]): bigint {
  return suspects
    .filter(({ kind }) => kind !== "garbage")
    .reduce((sum, { growth, weak }) => sum + (growth ?? 0n) + weak, 0n);
}

function bytesAlive(heap: Heap): { alive: bigint; garbage: bigint } {
  const row = heap.get<{ garbage: bigint | null }>(
    "SELECT sum(size) AS garbage FROM {heap}.object WHERE garbage = 1",
  );
  const garbage = row?.garbage ?? 0n;
  return { alive: heap.totals().size - garbage, garbage };
}
