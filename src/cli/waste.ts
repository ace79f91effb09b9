import type { Command } from "commander";
import { findWaste } from "../analysis/waste.js";
import { checkSet } from "../store/set.js";
import { wasteJson, wasteText } from "../view/waste.js";
import { openWithSince } from "./heaps.js";
import { helpText } from "./help.js";
import { JSON_OPTION, OF_OPTION, SINCE_OPTION, wholeNumber } from "./options.js";
import { output } from "./output.js";

const EXAMPLE = `
Example:
  heapdump waste heap.bin`;

export function registerWaste(program: Command): void {
  program
    .command("waste")
    .summary("what uses more memory than it needs")
    .description(
      "Lists strings, bytes and numbers that exist many times, empty and sparse containers, and instances whose class could have __slots__.",
    )
    .argument("<file>", "a dump (.bin or .bin.gz)")
    .option("-n, --number <n>", "rows", wholeNumber(1), 20)
    .option(
      "--all",
      "what belongs to code, too, and is there from its import on: names, constants, line tables",
    )
    .option(...OF_OPTION)
    .option(...SINCE_OPTION)
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLE))
    .action(waste);
}

async function waste(
  file: string,
  options: { number: number; all?: boolean; of?: string; since?: string; json?: boolean },
): Promise<void> {
  const heap = await openWithSince("waste", file, options.since);
  checkSet(heap, options.of);
  const found = findWaste(heap, options.number, options.all ?? false, options.of);
  output(
    options,
    () => wasteJson(found),
    (terminal) => wasteText(found, file, terminal),
  );
}
