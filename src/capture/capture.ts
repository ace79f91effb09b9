// Process → dump: everything about one dump that is not native.
import { DumpWriter } from "../dump/dump-writer.js";
import type { Pairs } from "../dump/format.js";
import { openOutput } from "../dump/output.js";
import { ExitCode, HeapdumpError } from "../errors.js";
import type { ContentLevel, Mode, TakenDump } from "../model/dump.js";
import { type MemoryPlan, ShortOfMemory } from "../model/memory.js";
import {
  type CaptureEvent,
  type CaptureRequest,
  type CaptureResult,
  native,
  type Target,
  type TypesFile,
} from "../native/addon.js";
import { describeMemory, itemsWithRoom, planMemory } from "./memory/plan.js";
import { MemoryWatchdog } from "./memory/watchdog.js";
import { describeTarget, describeTracing } from "./metadata.js";
import { requirePid } from "./pid.js";
import { dumpScript } from "./script.js";
import { digestOf } from "./types-files.js";

/** A third of usual supervisors' time-outs: on a busy machine a script takes three times as long. */
const LONGEST_UNASKED_S = 10;

export interface CaptureOptions {
  pid: number;
  file: string;
  mode: Mode;
  /** Bytes of content kept of an object; 0: none is written. */
  contentLimit: number;
  content: ContentLevel;
  /** Longest wait for a safe point, and longest silence of the payload. */
  timeoutMs: number;
  /** What is declared of memory that objects own. */
  types: TypesFile[];
  /** Whether a script may hold the main thread for long. */
  yes: boolean;
  toolVersion: string;
  /** Aborting sets the target free, leaves no file, and rejects with exit code 130. */
  signal: AbortSignal;
}

/** What is going on, for a person who waits. */
export interface CaptureObserver {
  target(target: Target): void;
  /** What the dump may take of memory and time. */
  memory(plan: MemoryPlan): void;
  event(event: Exclude<CaptureEvent, { kind: "records" }>): void;
  /** The target is free again; how much of the dump is in the file, 0 … 1. */
  writing(fraction: number): void;
  /** The dump is in the file, which the disk does not have yet. */
  syncing(): void;
}

/** Throws a HeapdumpError of exit code 2, 3, 4 or 130; whatever happens, the target keeps running and no partial dump stays. */
export async function captureDump(options: CaptureOptions, observer: CaptureObserver): Promise<TakenDump> {
  const start = performance.now();
  const { pid, file, signal } = options;
  const target = inspect(pid);
  const described = describeTarget(target, options);
  const memory = planMemory(target, options.mode);
  if (memory.mode === "python" && memory.cost.seconds > LONGEST_UNASKED_S && !options.yes)
    throw tooLong(pid, memory);
  // A snapshot finds it out for itself, in the copy.
  const tracing = options.mode === "python" ? native().tracemalloc(pid) : undefined;
  const types = options.mode === "python" ? {} : { types: digestOf(options.types) };
  const meta = {
    ...described,
    ...types,
    ...describeMemory(memory),
    ...(tracing && describeTracing(tracing)),
  };
  const output = await openOutput(file, signal).catch((error) => {
    throw signal.aborted ? interrupted(pid) : error;
  });
  observer.target(target);
  observer.memory(memory);
  const cancel = () => native().cancelCapture();
  const writer = new DumpWriter(output, cancel);
  const abort = () => {
    cancel();
    writer.abort();
  };
  signal.addEventListener("abort", abort);
  const watchdog = options.mode === "stop" ? undefined : new MemoryWatchdog(pid, cancel);
  try {
    signal.throwIfAborted();
    writer.begin(meta);
    const result = await native().capture(
      describeRequest(options, target, memory, tracing?.frames ?? 0),
      (event) => {
        watchdog?.look();
        if (event.kind === "records") writer.records(event.payload, () => native().recordsWritten());
        else observer.event(event);
      },
    );
    if (result.status !== "ok") throw gaveUp(pid, result.status);
    const end = describeEnd(result, meta);
    observer.writing(0);
    await writer.end(end, (fraction) => observer.writing(fraction));
    signal.throwIfAborted();
    observer.syncing();
    await output.commit().catch((failure) => {
      throw sparing(pid, failure);
    });
    const { route, stops, pauseMs, consistent, left, objects, references } = result;
    return {
      file,
      bytes: writer.bytes,
      objects,
      references,
      route,
      stops,
      pauseMs,
      consistent,
      elapsedMs: performance.now() - start,
      left,
      memory,
      meta: { ...meta, ...end },
    };
  } catch (error) {
    // A disk that is full, or memory that is short, cancels the capture, and is then the reason to tell.
    const shortage = watchdog?.shortage && new ShortOfMemory(pid, watchdog.shortage);
    const failure = writer.failure && sparing(pid, writer.failure);
    const reason = failure ?? shortage ?? error;
    writer.abort();
    await output.discard();
    throw signal.aborted ? interrupted(pid) : reason;
  } finally {
    watchdog?.stop();
    signal.removeEventListener("abort", abort);
  }
}

function inspect(pid: number): Target {
  requirePid(pid);
  return native().inspect(pid);
}

function describeRequest(
  options: CaptureOptions,
  { layout }: Target,
  memory: MemoryPlan,
  tracedFrames: number,
): CaptureRequest {
  const { pid, mode, timeoutMs, contentLimit, content } = options;
  if (mode === "python") {
    const script = dumpScript({ ...options, maxItems: itemsWithRoom(memory), tracedFrames }, layout);
    return { pid, mode, timeoutMs, script, keepsNames: content === "full", isDump: true };
  }
  return { pid, mode, timeoutMs, contentLimit, onlyNames: content === "names", types: options.types };
}

/** What the payload tells joins it, but for what was known before. */
function describeEnd(result: CaptureResult, meta: Pairs): Pairs {
  return {
    ...Object.fromEntries(result.meta.filter(([key]) => !(key in meta))),
    status: result.status,
    objects: String(result.objects),
    references: String(result.references),
    route: result.route,
    stops: String(result.stops),
    pause_ms: result.pauseMs.toFixed(2),
    consistent: String(result.consistent),
  };
}

function tooLong(pid: number, { cost }: MemoryPlan): HeapdumpError {
  const message =
    `process ${pid} was not touched: a script would hold its main thread for about ${Math.round(cost.seconds)} s, and ` +
    "its supervisor may restart it meanwhile; use --mode fork, or allow it with --yes";
  return new HeapdumpError(ExitCode.Usage, message);
}

function gaveUp(pid: number, why: string): HeapdumpError {
  const message = `process ${pid} was not dumped: ${why}; it keeps running`;
  return new HeapdumpError(ExitCode.CaptureFailed, message);
}

/** A file that could not be written, when the target was seized already. */
function sparing(pid: number, { exitCode, message }: HeapdumpError): HeapdumpError {
  return new HeapdumpError(exitCode, `${message}; process ${pid} keeps running`);
}

function interrupted(pid: number): HeapdumpError {
  return new HeapdumpError(ExitCode.Interrupted, `interrupted; process ${pid} keeps running`);
}
