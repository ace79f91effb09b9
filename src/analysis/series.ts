// Several dumps of one process.
import { ExitCode, HeapdumpError } from "../errors.js";
import type { Heap } from "../store/heap.js";

/** When the dump was taken, in milliseconds since 1970; NaN where it does not say. */
function timeOf(heap: Heap): number {
  return Date.parse(heap.meta().get("time") ?? "");
}

/** Null where it is not known, or not above 0. */
export function hoursBetween(first: Heap, last: Heap): number | null {
  const hours = (timeOf(last) - timeOf(first)) / 3_600_000;
  return hours > 0 ? hours : null;
}

/** The heaps in the order of their times; as they were given if one of them does not say its time. */
export function byTime(heaps: Heap[]): Heap[] {
  return heaps.some((heap) => Number.isNaN(timeOf(heap)))
    ? heaps
    : [...heaps].sort((a, b) => timeOf(a) - timeOf(b));
}

export function isLater(heap: Heap, than: Heap): boolean {
  return timeOf(heap) > timeOf(than);
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
export function requireOneProcess(heaps: Heap[]): void {
  const found = otherProcess(heaps);
  if (!found) return;
  throw new HeapdumpError(
    ExitCode.Usage,
    `${heaps[0]?.path} and ${found.heap.path} are dumps of different processes (${found.why}): only dumps of one process can be compared`,
  );
}

/** One of another process than the first, and why; a fact that a dump does not have does not count. */
export function otherProcess([first, ...others]: Heap[]): { heap: Heap; why: string } | undefined {
  for (const heap of others) {
    const why = first && difference(first, heap);
    if (why) return { heap, why };
  }
  return undefined;
}

function difference(heap: Heap, other: Heap): string | undefined {
  const why = differenceOfMeta(heap.meta(), other.meta());
  if (why) return why;
  // A pid is used again, and exec keeps it; static types are then elsewhere, unless addresses are not randomised.
  const [a, b] = [addressOfType(heap), addressOfType(other)];
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

/** Of the type `type`, which is part of the interpreter. */
function addressOfType(heap: Heap): bigint | undefined {
  return heap.types().find(({ name }) => name === "type")?.address ?? undefined;
}

/** Two that are the same dump; undefined if all are different. */
export function repeated(heaps: Heap[]): [Heap, Heap] | undefined {
  const seen = new Map<string, Heap>();
  for (const heap of heaps) {
    const id = ["dump_id", "time"].map((key) => heap.meta().get(key)).join();
    const same = seen.get(id);
    if (same) return [same, heap];
    seen.set(id, heap);
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
