import { type Command, InvalidArgumentError } from "commander";
import { startTracing, stopTracing, type TraceOptions, tracingState } from "../capture/tracing.js";
import { ExitCode, HeapdumpError } from "../errors.js";
import { canCrashAtStop, MAX_FRAMES, type TraceReport } from "../model/tracing.js";
import type { TracemallocState } from "../native/addon.js";
import { costNote, foreignText, traceJson, traceText, unsafeStopText } from "../view/trace.js";
import { helpText } from "./help.js";
import { DEFAULT_TIMEOUT_S, JSON_OPTION, secondsOf, wholeNumber } from "./options.js";
import { note, output } from "./output.js";
import { notStopped, untilSignal } from "./signals.js";

const DEFAULT_FRAMES = 5;

interface Options {
  on?: boolean;
  off?: boolean;
  status?: boolean;
  frames?: number;
  timeout: number;
  yes: boolean;
  json?: boolean;
}

const EXAMPLES = `
A dump that is taken meanwhile says where each object was allocated that came since: heapdump leaks, show, top --by line.

Examples:
  sudo heapdump trace 4242 --on
  sudo heapdump attach 4242 -o heap.bin
  sudo heapdump trace 4242 --off`;

export function registerTrace(program: Command): void {
  program
    .command("trace")
    .summary("make a running process remember where it allocates")
    .description(
      "Starts and stops tracemalloc in a running CPython process, by a script at a safe point. Without an option it says " +
        "whether the process is traced, by reading its memory.",
    )
    .argument("<pid>", "a process", wholeNumber(1))
    .option("--on", "trace what is allocated from now on, which makes the process slower")
    .option("--off", "trace no more, and forget what was traced")
    .option("--status", "only say whether the process is traced (default)")
    .option("--frames <n>", `frames of a stack to keep (default: ${DEFAULT_FRAMES})`, frames)
    .option("--timeout <seconds>", "how long to wait for a safe point", secondsOf, DEFAULT_TIMEOUT_S)
    .option("--yes", "with --off: also if the program itself began to trace, or has other threads", false)
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLES))
    .action(trace);
}

function frames(text: string): number {
  const value = wholeNumber(1)(text);
  if (value > MAX_FRAMES) throw new InvalidArgumentError(`must be at most ${MAX_FRAMES}`);
  return value;
}

async function trace(pid: number, options: Options): Promise<void> {
  const { on = false, off = false } = options;
  checkOptions(options);
  const before = tracingState(pid);
  const report = await untilSignal((signal) => {
    const target = { pid, timeoutMs: options.timeout * 1000, signal };
    if (on) return notStopped(() => start(target, before, options));
    if (off) return notStopped(() => stop(target, before, options));
    return Promise.resolve(reportOf(pid, before, "status"));
  });
  output(
    options,
    () => traceJson(report),
    (terminal) => traceText(report, terminal),
  );
}

function checkOptions({ on, off, status, frames, yes }: Options): void {
  const chosen = [on && "--on", off && "--off", status && "--status"].filter(Boolean);
  const wrong =
    chosen.length > 1
      ? `${chosen.join(" and ")} exclude each other`
      : frames !== undefined && !on
        ? "--frames goes with --on"
        : yes && !off
          ? "--yes goes with --off"
          : undefined;
  if (wrong) throw new HeapdumpError(ExitCode.Usage, wrong);
}

async function start(target: TraceOptions, before: TracemallocState, options: Options): Promise<TraceReport> {
  const { pid } = target;
  if (before.frames > 0) return reportOf(pid, before, "already on");
  const frames = options.frames ?? DEFAULT_FRAMES;
  if (!options.json) note(costNote(pid, frames));
  const outcome = await startTracing(target, frames);
  if (outcome.outcome === "started")
    return reportOf(pid, { ...before, unknown: "", frames, blocks: 0 }, "started");
  // Its memory alone did not say so.
  const traced = "frames" in outcome ? outcome.frames : frames;
  return reportOf(pid, { ...tracingState(pid), unknown: "", frames: traced }, "already on");
}

async function stop(target: TraceOptions, before: TracemallocState, options: Options): Promise<TraceReport> {
  const { pid } = target;
  if (!before.unknown && before.frames === 0) return reportOf(pid, before, "already off");
  if (!options.yes && before.threads > 1 && canCrashAtStop(before.pythonVersion))
    throw new HeapdumpError(ExitCode.Usage, unsafeStopText(pid, before));
  const outcome = await stopTracing(target, options.yes);
  if (outcome.outcome === "foreign") throw new HeapdumpError(ExitCode.Usage, foreignText(pid));
  const after = { ...before, unknown: "", frames: 0 };
  return reportOf(pid, after, outcome.outcome === "stopped" ? "stopped" : "already off");
}

function reportOf(pid: number, state: TracemallocState, change: TraceReport["change"]): TraceReport {
  const { pythonVersion, frames, blocks, unknown } = state;
  return { pid, pythonVersion, frames: unknown ? null : frames, blocks, unknown, change };
}
