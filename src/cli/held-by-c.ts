import type { Command } from "commander";
import { findHeldByC } from "../analysis/held-by-c.js";
import { checkSet } from "../store/set.js";
import { heldByCJson, heldByCText } from "../view/held-by-c.js";
import { openHeap } from "./heaps.js";
import { helpText } from "./help.js";
import { JSON_OPTION, OF_OPTION, wholeNumber } from "./options.js";
import { output } from "./output.js";

const EXAMPLE = `
An object is held by C if it has more references than were found in all objects and roots, and nothing else keeps
it alive: an extension holds it, or has lost a reference to it. Code of libraries, which is there from their import on,
is left out.

Example:
  heapdump held-by-c heap.bin`;

export function registerHeldByC(program: Command): void {
  program
    .command("held-by-c")
    .summary("what only C code keeps alive")
    .description(
      "Lists objects that only C code holds, or to which it leaked references, by type, with what they retain.",
    )
    .argument("<file>", "a dump (.bin or .bin.gz)")
    .option("-n, --number <n>", "types", wholeNumber(1), 20)
    .option("--all", "code of libraries, too, and what something of the dump keeps alive anyway")
    .option(...OF_OPTION)
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLE))
    .action(heldByC);
}

async function heldByC(
  file: string,
  options: { number: number; all?: boolean; of?: string; json?: boolean },
): Promise<void> {
  const heap = await openHeap("held-by-c", file);
  checkSet(heap, options.of);
  const found = findHeldByC(heap, options.number, options.all ?? false, options.of);
  output(
    options,
    () => heldByCJson(found),
    (terminal) => heldByCText(found, file, terminal),
  );
}
