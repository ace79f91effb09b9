import type { Options, SingleBar } from "cli-progress";
import { asciiOnly, toAscii } from "./charset.js";
import { displayWidth, shorten } from "./fit.js";
import { escapeControls } from "./text.js";

const QUIET_MS = 1000;

export interface Progress {
  /** 0 … 1. */
  update(fraction: number): void;
  /** What is being done from now on: the bar begins anew. */
  phase(title: string): void;
  stop(): void;
}

const BAR = 40;

/** A bar on standard error, if that is a terminal, for what takes longer than a second. */
export function progress(
  title: string,
  stream: NodeJS.WriteStream = process.stderr,
  quietMs = QUIET_MS,
): Progress {
  if (!stream.isTTY) return { update() {}, phase() {}, stop() {} };
  const start = Date.now();
  let latest = 0;
  let loading = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let Bar: typeof SingleBar | undefined;
  let bar: SingleBar | undefined;
  const show = () => {
    if (!Bar || stopped) return;
    bar = new Bar(barOptions(title, stream));
    bar.start(1, latest);
  };
  const load = async () => {
    if (loading) return;
    loading = true;
    Bar = (await import("cli-progress")).SingleBar;
    show();
  };
  return {
    update(fraction) {
      latest = fraction;
      bar?.update(fraction);
      if (Date.now() - start > quietMs) void load();
    },
    phase(next) {
      bar?.stop();
      bar = undefined;
      title = next;
      latest = 0;
      show();
      // A phase may have no updates.
      clearTimeout(timer);
      timer = setTimeout(load, start + quietMs - Date.now()).unref();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      bar?.stop();
    },
  };
}

function barOptions(title: string, stream: NodeJS.WriteStream): Options {
  const width = stream.columns || 80;
  const own = shorten(escapeControls(title), Math.max(20, width - BAR - 8));
  return {
    format: `${asciiOnly() ? toAscii(own) : own} {bar} {percentage} %`,
    barCompleteChar: asciiOnly() ? "#" : "█",
    barIncompleteChar: asciiOnly() ? "." : "░",
    barsize: Math.max(1, Math.min(BAR, width - displayWidth(own) - 8)),
    stream,
    clearOnComplete: true,
    // Otherwise the library turns the terminal's line wrapping off, and an interrupted command leaves it so.
    linewrap: true,
  };
}
