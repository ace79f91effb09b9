import { existsSync } from "node:fs";
import type { Command } from "commander";
import { findTasks } from "../analysis/tasks.js";
import { tasksJson, tasksText } from "../view/tasks.js";
import { openHeap } from "./heaps.js";
import { helpText } from "./help.js";
import { JSON_OPTION, wholeNumber } from "./options.js";
import { output } from "./output.js";
import { withDumpOf } from "./take-dump.js";

interface Options {
  each?: boolean;
  number: number;
  json?: boolean;
}

const EXAMPLES = `
Where tasks were created is known in asyncio's debug mode, and of those that came while tracemalloc traced.

Examples:
  heapdump tasks heap.bin
  sudo heapdump tasks $(pidof python) --each`;

export function registerTasks(program: Command): void {
  program
    .command("tasks")
    .summary("what each task of asyncio or trio waits for, and who could end that")
    .description(
      "Lists the tasks by what they retain, like ones as one: the functions in which they wait, what they wait for, and where they were created. With a PID it takes a dump of that process, which is deleted afterwards.",
    )
    .argument("<file|pid>", "a dump (.bin or .bin.gz), or a running process")
    .option("--each", "each task by itself")
    .option("-n, --number <n>", "rows", wholeNumber(1), 20)
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLES))
    .action(tasks);
}

async function tasks(what: string, options: Options): Promise<void> {
  if (!/^\d+$/.test(what) || existsSync(what)) return report(what, what, options);
  await withDumpOf(Number(what), (file) => report(file, undefined, options));
}

/** `shown`: the file for a next step; undefined if it will not be there. */
async function report(file: string, shown: string | undefined, options: Options): Promise<void> {
  const found = findTasks(await openHeap("tasks", file), options.number);
  const each = options.each === true;
  output(
    options,
    () => tasksJson(found, each),
    (terminal) => tasksText(found, each, shown, terminal),
  );
}
