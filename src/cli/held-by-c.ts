import type { Command } from "commander";
import { findHeldByC } from "../analysis/held-by-c.js";
import { checkSet } from "../store/set.js";
import { heldByCJson, heldByCText } from "../view/held-by-c.js";
import { openCompared } from "./heaps.js";
import { helpText } from "./help.js";
import { JSON_OPTION, OF_OPTION, wholeNumber } from "./options.js";
import { output } from "./output.js";

const EXAMPLES = `
An object is held by C if it has more references than were found in all objects and roots, and nothing else keeps
it alive: an extension holds it, or has lost a reference to it. Code of libraries, which is there from their import on,
is left out.

With --since only what came since the earlier dump is listed: what C code leaks, rather than what it has always held.

Examples:
  heapdump held-by-c heap.bin
  heapdump held-by-c --since before.bin after.bin`;

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
    .option(
      "--since <file>",
      "only what C code has come to hold since this earlier dump; also for `new` in --of",
    )
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLES))
    .action(heldByC);
}

async function heldByC(
  file: string,
  options: { number: number; all?: boolean; of?: string; since?: string; json?: boolean },
): Promise<void> {
  const { number: limit, all = false, of, since } = options;
  const earlier = since === undefined ? [] : [{ role: "since" as const, path: since }];
  const { heap, others } = await openCompared("held-by-c", file, earlier);
  checkSet(heap, of);
  const found = findHeldByC(heap, { limit, all, of, since: others[0]?.heap });
  output(
    options,
    () => heldByCJson(found),
    (terminal) => heldByCText(found, file, terminal),
  );
}
