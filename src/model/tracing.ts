import type { MetaReader } from "./dump.js";

/** Whether tracemalloc traced when the dump was taken: only then there are allocation sites. */
export type Tracing =
  | { state: "off" }
  /** `frames` it kept of a stack; `unread` traces could not be read. */
  | { state: "on"; frames: number; unread: bigint }
  | { state: "unknown"; why: string };

/** Undefined of a dump that does not say it, as those of before there were allocation sites. */
export function tracingOf(meta: MetaReader): Tracing | undefined {
  const why = meta("tracemalloc_unread");
  if (why !== undefined) return { state: "unknown", why };
  const frames = meta("tracemalloc");
  if (frames === undefined) return undefined;
  if (!/^\d+$/.test(frames)) return { state: "off" };
  const unread = meta("tracemalloc_unread_traces") ?? "0";
  return { state: "on", frames: Number(frames), unread: BigInt(/^\d+$/.test(unread) ? unread : 0) };
}
