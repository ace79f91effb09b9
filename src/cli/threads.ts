import type { Command } from "commander";
import { findThreads } from "../analysis/threads.js";
import { threadsJson, threadsText } from "../view/threads.js";
import { openHeap } from "./heaps.js";
import { helpText } from "./help.js";
import { JSON_OPTION, wholeNumber } from "./options.js";
import { output } from "./output.js";

export function registerThreads(program: Command): void {
  program
    .command("threads")
    .summary("what each thread was doing, and what its locals retain")
    .description(
      "Shows the stack of each thread, the innermost frame first, and the locals of each frame, those that retain most first.",
    )
    .argument("<file>", "a dump (.bin or .bin.gz)")
    .option("-n, --number <n>", "locals of a frame", wholeNumber(0), 3)
    .option("--max-depth <n>", "frames of a thread", wholeNumber(1), 30)
    .option(...JSON_OPTION)
    .addHelpText("after", helpText("\nExample:\n  heapdump threads heap.bin"))
    .action(threads);
}

async function threads(
  file: string,
  options: { number: number; maxDepth: number; json?: boolean },
): Promise<void> {
  const heap = await openHeap("threads", file);
  const found = findThreads(heap, { frames: options.maxDepth, locals: options.number });
  output(
    options,
    () => threadsJson(found),
    (terminal) => threadsText(found, file, terminal),
  );
}
