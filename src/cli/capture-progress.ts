import type { CaptureObserver } from "../capture/capture.js";
import { memoryNote, waitNote } from "../view/memory-plan.js";
import { progress } from "../view/progress.js";
import { plural } from "../view/text.js";
import { note } from "./output.js";

const PATIENCE_MS = 1000;

/** Tells, on standard error, what a capture is doing; `stop` when it is over. */
export function captureProgress(
  pid: number,
  file: string,
  talkative: boolean,
): CaptureObserver & { stop(): void } {
  const bar = progress(`Dumping process ${pid}`);
  let waiting: NodeJS.Timeout | undefined;
  const stopWaiting = () => clearTimeout(waiting);
  return {
    target({ pythonVersion, threads }) {
      if (!talkative) return;
      note(
        `process ${pid} is CPython ${pythonVersion} with ${plural(threads, "thread")}; dumping it to ${file}`,
      );
    },
    memory(plan) {
      for (const text of [memoryNote(pid, plan), waitNote(pid, plan)]) if (talkative && text) note(text);
    },
    event(event) {
      if (event.kind === "progress") {
        // When many objects become known at once, the bar goes back: it is full at the end only.
        if (event.known > 0) bar.update(event.objects / event.known);
        return;
      }
      stopWaiting();
      if (event.state === "cleaning") bar.phase(`Letting process ${pid} go`);
      if (event.state === "waiting" && talkative) {
        const tell = () => note(`waiting for process ${pid} to reach a safe point; Ctrl-C lets it go`);
        waiting = setTimeout(tell, PATIENCE_MS);
      }
    },
    writing(written) {
      if (written === 0) bar.phase(`Writing ${file}`);
      bar.update(written);
    },
    syncing() {
      bar.phase(`Waiting for the disk to store ${file}`);
    },
    stop() {
      stopWaiting();
      bar.stop();
    },
  };
}
