import type { Command } from "commander";
import { describe } from "../analysis/info.js";
import { infoJson, infoText } from "../view/info.js";
import { openHeap } from "./heaps.js";
import { helpText } from "./help.js";
import { JSON_OPTION } from "./options.js";
import { output } from "./output.js";

export function registerInfo(program: Command): void {
  program
    .command("info")
    .summary("which process a dump is of, how it was taken, whether it is complete")
    .description("Shows which process a dump is of, when and how it was taken, and whether it is complete.")
    .argument("<file>", "a dump (.bin or .bin.gz)")
    .option(...JSON_OPTION)
    .addHelpText("after", helpText("\nExample:\n  heapdump info heap.bin"))
    .action(info);
}

async function info(file: string, options: { json?: boolean }): Promise<void> {
  const described = describe(await openHeap("info", file, { check: true }));
  output(
    options,
    () => infoJson(described),
    (terminal) => infoText(described, terminal),
  );
}
