import type { Command } from "commander";
import { showObject } from "../analysis/show.js";
import { parseAddress } from "../analysis/subject.js";
import { jsonText } from "../view/json.js";
import { showJson, showText } from "../view/show.js";
import { terminal } from "../view/terminal.js";
import { openHeap } from "./heaps.js";
import { JSON_OPTION, wholeNumber } from "./options.js";
import { print } from "./output.js";

interface ShowOptions {
  number: number;
  json?: boolean;
}

const EXAMPLES = `
Example:
  heapdump show heap.bin 0x7f3a0c0041d0`;

export function registerShow(program: Command): void {
  program
    .command("show")
    .summary("one object: what it holds, what holds it, what goes with it")
    .description(
      "Shows an object with its fields, what refers to it and as what, its dominators, what it dominates and its path.",
    )
    .argument("<file>", "a dump (.bin or .bin.gz)")
    .argument("<address>", "0x and hexadecimal digits, as other commands print it")
    .option("-n, --number <n>", "fields, and referrers", wholeNumber(1), 20)
    .option(...JSON_OPTION)
    .addHelpText("after", EXAMPLES)
    .action(show);
}

async function show(file: string, address: string, { number, json }: ShowOptions): Promise<void> {
  const heap = await openHeap(file);
  const shown = showObject(heap, parseAddress(heap, address), number);
  print(json ? jsonText(showJson(shown)) : showText(shown, file, terminal(process.stdout)));
}
