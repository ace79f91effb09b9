import type { Command } from "commander";
import { findGarbage } from "../analysis/garbage.js";
import { garbageJson, garbageText } from "../view/garbage.js";
import { openHeap } from "./heaps.js";
import { helpText } from "./help.js";
import { JSON_OPTION, wholeNumber } from "./options.js";
import { output } from "./output.js";

const EXAMPLE = `
Garbage is what only garbage refers to: circles that the collector has not freed. What gc.garbage holds is listed, too.

Example:
  heapdump garbage heap.bin`;

export function registerGarbage(program: Command): void {
  program
    .command("garbage")
    .summary("what the program cannot reach, and why it is not freed")
    .description(
      "Lists the objects that nothing but garbage refers to, and those in gc.garbage, by type: why each stays, and what to do about it.",
    )
    .argument("<file>", "a dump (.bin or .bin.gz)")
    .option("-n, --number <n>", "types", wholeNumber(1), 20)
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLE))
    .action(garbage);
}

async function garbage(file: string, options: { number: number; json?: boolean }): Promise<void> {
  const found = findGarbage(await openHeap("garbage", file), options.number);
  output(
    options,
    () => garbageJson(found),
    (terminal) => garbageText(found, file, terminal),
  );
}
