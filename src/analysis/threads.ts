// What each thread was doing, and what its running functions hold.
import type { Heap, HeapObject } from "../store/heap.js";
import { largerFirst } from "./order.js";

export interface Local {
  name: string;
  object: HeapObject;
  /** Bytes. */
  retained: bigint;
}

export interface RunningFrame {
  function: string;
  file: string;
  line: bigint;
  /** Those that retain most first. */
  locals: Local[];
  moreLocals: number;
}

export interface RunningThread {
  id: bigint;
  /** Null if not known. */
  name: string | null;
  /** The innermost first. */
  frames: RunningFrame[];
  moreFrames: number;
}

export interface Threads {
  threads: RunningThread[];
  /** Why locals are not known. */
  unknown: "mode" | null;
}

interface Row {
  thread: bigint;
  depth: bigint;
}

export function findThreads(heap: Heap, most: { frames: number; locals: number }): Threads {
  const threads = heap.all<{ id: bigint; name: string | null }>("SELECT id, name FROM {heap}.thread");
  const frames = heap.all<Row & Pick<RunningFrame, "function" | "file" | "line">>(
    "SELECT thread, depth, function, file, line FROM {heap}.frame WHERE thread IS NOT NULL ORDER BY depth",
  );
  const locals = heap.all<Row & { name: string; object: bigint }>(
    "SELECT thread, depth, name, object FROM {heap}.local WHERE object IS NOT NULL AND depth < ?",
    most.frames,
  );
  const objects = heap.objects<HeapObject & { retained: bigint }>(
    new Set(locals.map(({ object }) => object)),
    "o.retained",
  );
  const framesOf = grouped(frames, ({ thread }) => `${thread}`);
  const localsOf = grouped(locals, ({ thread, depth }) => `${thread} ${depth}`);
  return {
    threads: threads.map(({ id, name }) => {
      const all = framesOf.get(`${id}`) ?? [];
      const shown = all.slice(0, most.frames).map(({ thread, depth, ...frame }) => {
        const own = (localsOf.get(`${thread} ${depth}`) ?? []).map((local) => ({
          name: local.name,
          object: objects(local.object),
          retained: objects(local.object).retained,
        }));
        own.sort((a, b) => largerFirst(a.retained, b.retained));
        return {
          ...frame,
          locals: own.slice(0, most.locals),
          moreLocals: positive(own.length - most.locals),
        };
      });
      return { id, name, frames: shown, moreFrames: all.length - shown.length };
    }),
    unknown: heap.meta().get("mode") === "python" ? "mode" : null,
  };
}

function grouped<Of>(rows: Of[], key: (row: Of) => string): Map<string, Of[]> {
  const groups = new Map<string, Of[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}

const positive = (count: number) => Math.max(0, count);
