import { doubtAboutOrder, doubtsAboutSame } from "../analysis/series.js";
import type { Heap } from "../store/heap.js";
import { openHeaps } from "../store/open.js";
import { openEvents, warn } from "./output.js";

/** One dump, as `main`. */
export async function openHeap(file: string, events = openEvents()): Promise<Heap> {
  const [heap] = (await openHeaps([{ schema: "main", path: file }], events)) as [Heap];
  return heap;
}

/** Several dumps of a process, the last of them as `main`; says what is doubtful about them. */
export async function openSeries(files: string[]): Promise<Heap[]> {
  const last = files.length - 1;
  const sources = files.map((path, i) => ({ schema: i === last ? "main" : `dump${i + 1}`, path }));
  const heaps = await openHeaps(sources, openEvents());
  for (const doubt of [doubtAboutOrder(heaps) ?? [], doubtsAboutSame(heaps)].flat()) warn(doubt);
  return heaps;
}
