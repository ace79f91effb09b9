import { SingleBar } from "cli-progress";

const QUIET_MS = 1000;

export interface Progress {
  /** 0 … 1. */
  update(fraction: number): void;
  stop(): void;
}

/** A bar on standard error where that is a terminal, for what takes longer than a second. */
export function progress(title: string): Progress {
  if (!process.stderr.isTTY) return { update() {}, stop() {} };
  const bar = new SingleBar({
    format: `${title} {bar} {percentage} %`,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 40,
    stream: process.stderr,
    clearOnComplete: true,
    // Otherwise the library turns the terminal's line wrapping off, and an interrupted command leaves it so.
    linewrap: true,
  });
  const start = Date.now();
  return {
    update(fraction) {
      if (!bar.isActive && Date.now() - start > QUIET_MS) bar.start(1, fraction);
      else if (bar.isActive) bar.update(fraction);
    },
    stop() {
      if (bar.isActive) bar.stop();
    },
  };
}
