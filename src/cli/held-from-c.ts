import type { Command } from "commander";
import { findHeldFromC } from "../analysis/held-from-c.js";
import { heldFromCJson, heldFromCText } from "../view/held-from-c.js";
import { openHeap } from "./heaps.js";
import { helpText } from "./help.js";
import { JSON_OPTION, wholeNumber } from "./options.js";
import { output } from "./output.js";

const EXAMPLE = `
An object is held from C where it has more references than were found in all objects and roots, and nothing else keeps
it alive: an extension holds it, or has lost a reference to it.

Example:
  heapdump held-from-c heap.bin`;

export function registerHeldFromC(program: Command): void {
  program
    .command("held-from-c")
    .summary("what C code alone keeps alive")
    .description(
      "Lists objects that C code holds, or has lost references to, by type, with what they retain.",
    )
    .argument("<file>", "a dump (.bin or .bin.gz)")
    .option("-n, --number <n>", "types", wholeNumber(1), 20)
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLE))
    .action(heldFromC);
}

async function heldFromC(file: string, options: { number: number; json?: boolean }): Promise<void> {
  const found = findHeldFromC(await openHeap("held-from-c", file), options.number);
  output(
    options,
    () => heldFromCJson(found),
    (terminal) => heldFromCText(found, file, terminal),
  );
}
