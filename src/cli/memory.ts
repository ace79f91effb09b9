import type { Command } from "commander";
import { surveyMemory } from "../analysis/memory.js";
import { bothModes } from "../analysis/modes.js";
import { ExitCode, HeapdumpError } from "../errors.js";
import type { Heap } from "../store/heap.js";
import { memoryJson, memoryText } from "../view/memory.js";
import { openSeries } from "./heaps.js";
import { helpText } from "./help.js";
import { JSON_OPTION } from "./options.js";
import { output } from "./output.js";

const EXAMPLES = `
The parts add up to the resident memory. What pymalloc and glibc's malloc keep is looked into in the modes fork and stop.

Examples:
  heapdump memory heap.bin
  heapdump memory before.bin after.bin`;

export function registerMemory(program: Command): void {
  program
    .command("memory")
    .summary("where the resident memory is, and in what it grew")
    .description(
      "Tells what the resident memory of a process is used for, by Python objects and by everything else; with several dumps, in what of it a growth lies.",
    )
    .argument("<file...>", "one or more dumps of one process (.bin or .bin.gz)")
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLES))
    .action(memory);
}

async function memory(files: string[], options: { json?: boolean }): Promise<void> {
  const heaps = (await openSeries("memory", files)) as [Heap, ...Heap[]];
  const both = bothModes(heaps);
  if (both) {
    throw new HeapdumpError(
      ExitCode.Usage,
      `${both.script.path} was taken in python mode, which does not look into the allocators, and ${both.snapshot.path} was not: take both in the same mode`,
    );
  }
  const report = surveyMemory(heaps);
  if (!report) {
    throw new HeapdumpError(
      ExitCode.Usage,
      `${files[0]} does not tell of its process's memory: take the dump again`,
    );
  }
  const paths = heaps.map(({ path }) => path);
  output(
    options,
    () => memoryJson(report),
    (terminal) => memoryText(report, paths, terminal),
  );
}
