// Where objects were allocated, as far as tracemalloc has traced it.
import { tracingOf } from "../model/tracing.js";
import type { Heap } from "../store/heap.js";

export interface SiteFrame {
  /** `FILE:LINE in FUNCTION`, or without the function. */
  name: string;
  file: string;
  /** 0 if it is not known. */
  line: bigint;
  /** Null where it is not sure. */
  function: string | null;
}

/** A stack, innermost frame first. */
export interface Site {
  frames: SiteFrame[];
  /** Of the stack, those that were not kept too. */
  total: bigint;
}

/** Where some objects were allocated. */
export interface Allocation {
  objects: bigint;
  /** Of these, those of which it is known. */
  traced: bigint;
  /** Of the line that most have, the stack that most have; null if nothing is known. */
  site: Site | null;
  atLine: bigint;
  atSite: bigint;
}

/** Whether the dump was taken while tracemalloc traced. */
export function isTraced(heap: Heap): boolean {
  const meta = heap.meta();
  return tracingOf((key) => meta.get(key))?.state === "on";
}

export function site(heap: Heap, id: bigint | null): Site | null {
  if (id === null) return null;
  const frames = heap.all<SiteFrame>(
    "SELECT name, file, line, function FROM {heap}.site_frame WHERE site = ? ORDER BY depth",
    id,
  );
  const row = heap.get<{ total: bigint }>("SELECT total_frames AS total FROM {heap}.site WHERE id = ?", id);
  return frames.length > 0 && row ? { frames, total: row.total } : null;
}

/** Of one object. */
export function siteOf(heap: Heap, object: bigint): Site | null {
  const row = heap.get<{ site_id: bigint | null }>("SELECT site_id FROM {heap}.object WHERE id = ?", object);
  return site(heap, row?.site_id ?? null);
}
