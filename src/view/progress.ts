import type { SingleBar } from "cli-progress";

const QUIET_MS = 1000;

export interface Progress {
  /** 0 … 1. */
  update(fraction: number): void;
  stop(): void;
}

/** A bar on standard error where that is a terminal, for what takes longer than a second. */
export function progress(title: string): Progress {
  if (!process.stderr.isTTY) return { update() {}, stop() {} };
  const start = Date.now();
  let latest = 0;
  let loading = false;
  let stopped = false;
  let bar: SingleBar | undefined;
  const show = async () => {
    loading = true;
    const { SingleBar } = await import("cli-progress");
    if (stopped) return;
    bar = new SingleBar({
      format: `${title} {bar} {percentage} %`,
      barCompleteChar: "█",
      barIncompleteChar: "░",
      barsize: 40,
      stream: process.stderr,
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
      if (!loading && Date.now() - start > QUIET_MS) void show();
    },
    stop() {
      stopped = true;
      bar?.stop();
    },
  };
}
