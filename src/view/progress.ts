import type { SingleBar } from "cli-progress";
import { asciiOnly, toAscii } from "./charset.js";
import { displayWidth, shorten } from "./fit.js";
import { escapeControls } from "./text.js";

const QUIET_MS = 1000;

export interface Progress {
  /** 0 … 1. */
  update(fraction: number): void;
  stop(): void;
}

const BAR = 40;

/** A bar on standard error, if that is a terminal, for what takes longer than a second. */
export function progress(
  title: string,
  stream: NodeJS.WriteStream = process.stderr,
  quietMs = QUIET_MS,
): Progress {
  if (!stream.isTTY) return { update() {}, stop() {} };
  const start = Date.now();
  let latest = 0;
  let loading = false;
  let stopped = false;
  let bar: SingleBar | undefined;
  const show = async () => {
    loading = true;
    const { SingleBar } = await import("cli-progress");
    if (stopped) return;
    const width = stream.columns || 80;
    const own = shorten(escapeControls(title), Math.max(20, width - BAR - 8));
    bar = new SingleBar({
      format: `${asciiOnly() ? toAscii(own) : own} {bar} {percentage} %`,
      barCompleteChar: asciiOnly() ? "#" : "█",
      barIncompleteChar: asciiOnly() ? "." : "░",
      barsize: Math.max(1, Math.min(BAR, width - displayWidth(own) - 8)),
      stream,
      clearOnComplete: true,
      // Otherwise the library turns the terminal's line wrapping off, and an interrupted command leaves it so.
      linewrap: true,
    });
    bar.start(1, latest);
  };
  return {
    update(fraction) {
      latest = fraction;
      bar?.update(fraction);
      if (!loading && Date.now() - start > quietMs) void show();
    },
    stop() {
      stopped = true;
      bar?.stop();
    },
  };
}
