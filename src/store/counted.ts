// What a series is made of: dumps, each opened when it is asked and then closed, so that there may be more of them than
// can be open at once, and samples.
import type { Taken } from "../model/taken.js";
import type { Heap } from "./heap.js";
import { type OpenEvents, openHeaps, type Source } from "./open.js";
import { type Counts, countGroups, Sample } from "./sample.js";

/** A dump, or a sample of one: what of each group was there at one time. */
export type CountedDump = ClosedDump | Sample;

/** A dump that is not open: what it says of itself. */
export class ClosedDump implements Taken {
  private constructor(
    readonly path: string,
    private readonly facts: Map<string, string>,
    private readonly interpreter: bigint | undefined,
  ) {}

  /** Builds the index if there is none. */
  static async of(path: string, events: OpenEvents): Promise<ClosedDump> {
    const [heap] = (await openHeaps([{ schema: "main", path }], events)) as [Heap];
    const closed = new ClosedDump(heap.path, heap.meta(), heap.interpreterAddress());
    heap.db.close();
    return closed;
  }

  meta(): Map<string, string> {
    return this.facts;
  }

  interpreterAddress(): bigint | undefined {
    return this.interpreter;
  }
}

/** Opens a dump for as long as `ask` takes. */
export async function whileOpen<T>({ path }: ClosedDump, ask: (heap: Heap) => T): Promise<T> {
  return whileAllOpen([{ schema: "main", path }], ([heap]) => ask(heap as Heap));
}

/** Opens two. */
export async function whileBothOpen<T>(
  dump: ClosedDump,
  old: ClosedDump,
  ask: (heap: Heap, old: Heap) => T,
): Promise<T> {
  const sources = [
    { schema: "main", path: dump.path },
    { schema: "old", path: old.path },
  ];
  return whileAllOpen(sources, ([heap, older]) => ask(heap as Heap, older as Heap));
}

async function whileAllOpen<T>(sources: Source[], ask: (heaps: Heap[]) => T): Promise<T> {
  const heaps = await openHeaps(sources, { onProgress() {} });
  try {
    return ask(heaps);
  } finally {
    heaps[0]?.db.close();
  }
}

export interface Division {
  /** A partition. */
  by: string;
  /** A set, of each dump by itself; undefined for all objects. */
  of: string | undefined;
}

/** A sample has been divided when it was taken. */
export async function countsOf(dump: CountedDump, { by, of }: Division): Promise<Counts> {
  if (dump instanceof Sample) return dump.groups;
  return whileOpen(dump, (heap) => countGroups(heap, by, of ?? null));
}
