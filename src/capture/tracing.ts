// tracemalloc in the running process: what it is at, and a script that starts or stops it.
import { ExitCode, HeapdumpError } from "../errors.js";
import { native, type TracemallocState } from "../native/addon.js";
import { requirePid } from "./pid.js";
import { traceScript } from "./script.js";

export interface TraceOptions {
  pid: number;
  /** Longest wait for a safe point, in milliseconds. */
  timeoutMs: number;
  /** Aborting sets the target free, and rejects with exit code 130. */
  signal: AbortSignal;
}

/** What the script came to. */
export type TraceOutcome =
  | { outcome: "started" | "stopped" }
  /** It was so already; `frames` that it keeps of a stack, 0: it does not trace. */
  | { outcome: "already"; frames: number }
  /** The program itself traces, which was not stopped. */
  | { outcome: "foreign"; frames: number };

/** Reads memory, and neither stops the process nor runs anything in it. */
export function tracingState(pid: number): TracemallocState {
  requirePid(pid);
  return native().tracemalloc(pid);
}

export function startTracing(options: TraceOptions, frames: number): Promise<TraceOutcome> {
  return runScript(options, traceScript({ on: true, frames, force: false }));
}

/** `force`: also what the program itself began. */
export function stopTracing(options: TraceOptions, force: boolean): Promise<TraceOutcome> {
  return runScript(options, traceScript({ on: false, frames: 0, force }));
}

async function runScript({ pid, timeoutMs, signal }: TraceOptions, script: string): Promise<TraceOutcome> {
  const cancel = () => native().cancelCapture();
  signal.addEventListener("abort", cancel);
  try {
    signal.throwIfAborted();
    const request = { pid, mode: "python", timeoutMs, script, keepsNames: false, isDump: false } as const;
    const { meta } = await native().capture(request, (event) => {
      if (event.kind === "records") native().recordsWritten();
    });
    return outcomeOf(pid, new Map(meta));
  } catch (error) {
    throw signal.aborted
      ? new HeapdumpError(ExitCode.Interrupted, `interrupted; process ${pid} keeps running`)
      : error;
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

function outcomeOf(pid: number, meta: Map<string, string>): TraceOutcome {
  for (const outcome of ["started", "stopped"] as const) if (meta.has(outcome)) return { outcome };
  for (const outcome of ["already", "foreign"] as const) {
    const frames = meta.get(outcome);
    if (frames !== undefined) return { outcome, frames: Number(frames) };
  }
  const why = meta.get("failed") ?? "the script did not say what it came to";
  throw new HeapdumpError(
    ExitCode.CaptureFailed,
    `nothing was changed in process ${pid}: ${why}; it keeps running`,
  );
}
