import type { OpenEvents } from "../store/open.js";
import { progress } from "../view/progress.js";

export function print(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Writes what comes in parts that end as they must. */
export function printParts(parts: Iterable<string>): void {
  for (const part of parts) process.stdout.write(part);
}

/** To standard error, so that what stands on standard output stays a document. */
export function warn(text: string): void {
  process.stderr.write(`heapdump: warning: ${text}\n`);
}

export function note(text: string): void {
  process.stderr.write(`heapdump: ${text}\n`);
}

/** Warnings and progress of the heaps that a command opens. */
export function openEvents(): OpenEvents {
  const bars = new Map<string, ReturnType<typeof progress>>();
  return {
    onWarning: warn,
    onProgress(path, fraction) {
      const bar = bars.get(path) ?? progress(`Indexing ${path}`);
      bars.set(path, bar);
      if (fraction < 1) bar.update(fraction);
      else bar.stop();
    },
  };
}
