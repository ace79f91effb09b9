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

/** Frames of a stack that a dump keeps. */
export const MAX_FRAMES = 128;

/** What `heapdump trace` found or did. */
export interface TraceReport {
  pid: number;
  pythonVersion: string;
  /** Kept of a stack; 0: it is not traced; null: that is not known. */
  frames: number | null;
  /** Blocks of memory that are traced; where tracing was stopped, that were. */
  blocks: number;
  /** Why it is not known. */
  unknown: string;
  change: "status" | "started" | "stopped" | "already on" | "already off";
}

/**
 * Whether tracemalloc.stop() can crash a program while another thread allocates without the GIL: python/cpython issue
 * 128679, which 3.13.2 has mended.
 */
export function canCrashAtStop(version: string): boolean {
  const [, minor = 0, micro = 0] = version.split(".").map(Number);
  return minor < 13 || (minor === 13 && micro < 2);
}
