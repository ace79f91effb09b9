import type { TraceReport } from "../model/tracing.js";
import { sentences } from "./lines.js";
import { nextStep } from "./next.js";
import type { Terminal } from "./terminal.js";
import { plural } from "./text.js";
import { countText } from "./units.js";

/** Of an allocation, in µs: with one frame, and for each further one (docs/performance.md). */
const [LEAST, MOST] = [
  [0.3, 0.04],
  [1.3, 0.1],
] as const;

/** Before it is done. */
export function costNote(pid: number, frames: number): string {
  const [least, most] = [LEAST, MOST].map(([one, more]) => (one + more * (frames - 1)).toFixed(1));
  return (
    `tracing ${plural(frames, "frame")} costs process ${pid} ${least} to ${most} µs for each allocation ` +
    "(code that does little else takes 3 to 30 times as long), and 60 to 140 bytes for each block that it allocates from now on, while the block lives"
  );
}

export function traceText(report: TraceReport, terminal: Terminal): string {
  const { pid } = report;
  const next =
    report.change === "started" || report.change === "already on"
      ? [nextStep(terminal, "attach", String(pid), "-o", "heap.bin")]
      : [];
  return [sentences(words(report), terminal), ...next].join("\n");
}

function words({ pid, frames, blocks, unknown, change }: TraceReport): string {
  const traced = `${countText(BigInt(blocks))} blocks of memory are traced, with ${plural(frames ?? 0, "frame")} of their stacks at most`;
  switch (change) {
    case "started":
      return `process ${pid} is traced now, with ${plural(frames ?? 0, "frame")} of each stack: dumps say where objects were allocated that come from now on. It stays so until heapdump trace ${pid} --off, or until the process ends.`;
    case "stopped":
      return `process ${pid} is not traced any more, and what was traced is forgotten`;
    case "already on":
      return `process ${pid} is traced already: nothing was changed. ${traced}`;
    case "already off":
      return `process ${pid} is not traced: nothing was changed`;
    case "status":
      if (frames === null) return `whether process ${pid} is traced is not known: ${unknown}`;
      return frames === 0 ? `process ${pid} is not traced` : `process ${pid} is traced: ${traced}`;
  }
}

export function foreignText(pid: number): string {
  return `process ${pid} began to trace by itself (tracemalloc.start, PYTHONTRACEMALLOC): nothing was changed; --yes makes it forget what it has traced`;
}

export function unsafeStopText(
  pid: number,
  { threads, pythonVersion }: { threads: number; pythonVersion: string },
): string {
  return (
    `process ${pid} was not touched: it has ${plural(threads, "thread")}, and CPython ${pythonVersion} crashes if tracing stops while ` +
    "C code of another one allocates without the GIL (python/cpython issue 128679); leave it traced until it restarts, or allow it with --yes"
  );
}

export function traceJson({ pid, pythonVersion, frames, blocks, unknown, change }: TraceReport): object {
  return {
    pid,
    python_version: pythonVersion,
    tracing: frames === null ? null : frames > 0,
    frames,
    blocks: frames === null ? null : blocks,
    unknown: unknown || null,
    changed: change === "started" || change === "stopped",
  };
}
