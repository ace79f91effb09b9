// Several dumps of one process, or samples of such.
import { ExitCode, HeapdumpError } from "../errors.js";
import type { Taken } from "../model/taken.js";
import type { Heap } from "../store/heap.js";

/** In milliseconds since 1970; NaN where it is not told. */
export function timeOf(taken: Taken): number {
  return Date.parse(taken.meta().get("time") ?? "");
}

/** Null where it is not known, or not above 0. */
export function hoursBetween(first: Taken, last: Taken): number | null {
  const hours = (timeOf(last) - timeOf(first)) / 3_600_000;
  return hours > 0 ? hours : null;
}

/** In the order of their times; as they were given if one of them does not say its time. */
export function byTime<T extends Taken>(series: T[]): T[] {
  return series.some((taken) => Number.isNaN(timeOf(taken)))
    ? series
    : [...series].sort((a, b) => timeOf(a) - timeOf(b));
}

export function isLater(taken: Taken, than: Taken): boolean {
  return timeOf(taken) > timeOf(than);
}

/** Facts that the dumps of one process have in common. */
const OF_A_PROCESS = {
  host: "host",
  pid: "pid",
  boot_id: "boot of the machine",
  process_start: "start of the process",
  executable: "executable",
  python_version: "Python",
};

/** Refuses to compare dumps of different processes. */
export function requireOneProcess(series: Taken[]): void {
  const found = otherProcess(series);
  if (!found) return;
  throw new HeapdumpError(
    ExitCode.Usage,
    `${series[0]?.path} and ${found.taken.path} are dumps of different processes (${found.why}): only dumps of one process can be compared`,
  );
}

/** One of another process than the first, and why; a fact that a dump does not have does not count. */
export function otherProcess([first, ...others]: Taken[]): { taken: Taken; why: string } | undefined {
  for (const taken of others) {
    const why = first && difference(first, taken);
    if (why) return { taken, why };
  }
  return undefined;
}

function difference(taken: Taken, other: Taken): string | undefined {
  const why = differenceOfMeta(taken.meta(), other.meta());
  if (why) return why;
  // A pid is used again, and exec keeps it; static types are then elsewhere, unless addresses are not randomised.
  const [a, b] = [taken.interpreterAddress(), other.interpreterAddress()];
  return a && b && a !== b ? "the interpreter is at another address" : undefined;
}

/** Of the facts that dumps have of their processes. */
export function differenceOfMeta(own: Map<string, string>, theirs: Map<string, string>): string | undefined {
  for (const [key, name] of Object.entries(OF_A_PROCESS)) {
    const [a, b] = [own.get(key), theirs.get(key)];
    if (a && b && a !== b) return `${name} ${a} and ${b}`;
  }
  return undefined;
}

/** Two that are of the same dump; undefined if all are different. */
export function repeated<T extends Taken>(series: T[]): [T, T] | undefined {
  const seen = new Map<string, T>();
  for (const taken of series) {
    const id = ["dump_id", "time"].map((key) => taken.meta().get(key)).join();
    const same = seen.get(id);
    if (same) return [same, taken];
    seen.set(id, taken);
  }
  return undefined;
}

/** Refuses what cannot be asked of so few dumps. */
export function requireDumps(heaps: number, needed: number, what: string): void {
  if (heaps >= needed) return;
  const dumps =
    needed === 2 ? "two dumps of a process, an earlier one first" : `${needed} dumps of a process`;
  throw new HeapdumpError(ExitCode.Usage, `${what} needs ${dumps}`);
}

const SAMPLE = 2000n;
const HARMLESS_REUSE = 0.05;

/** Of the addresses that are in both, the share (0 to 1) that holds another object in `other`, if there are so many
 * that some matches between the dumps may be wrong. */
export function addressReuse(heap: Heap, other: Heap): number | undefined {
  const { count } = heap.totals();
  const step = count > SAMPLE ? count / SAMPLE : 1n;
  // An even sample of the addresses that are in both.
  const { same, reused } = heap.get<{ same: bigint; reused: bigint }>(
    `WITH RECURSIVE sample(id) AS (SELECT 0 UNION ALL SELECT id + @step FROM sample WHERE id + @step < @count)
     SELECT count(s.same) AS same, coalesce(sum(s.reused), 0) AS reused
       FROM sample CROSS JOIN {heap}.same_as(@other) AS s ON s.id = sample.id`,
    { step, count, other: other.schema },
  ) as { same: bigint; reused: bigint };
  const share = Number(reused) / Math.max(1, Number(same + reused));
  return share < HARMLESS_REUSE ? undefined : share;
}
