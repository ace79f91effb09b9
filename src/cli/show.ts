import type { Command } from "commander";
import { parseObject } from "../analysis/selectors.js";
import { showObject } from "../analysis/show.js";
import { showJson, showText } from "../view/show.js";
import { openHeap } from "./heaps.js";
import { helpText } from "./help.js";
import { LIVE_OPTION, liveArguments, readLiveObjects } from "./live.js";
import { JSON_OPTION, wholeNumber } from "./options.js";
import { output } from "./output.js";

interface ShowOptions {
  live?: string | true;
  number: number;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  heapdump show heap.bin 0x7f3a0c0041d0
  heapdump show heap.bin shop.app.Registry
  sudo heapdump show heap.bin 0x7f3a0c0041d0 --live`;

export function registerShow(program: Command): void {
  program
    .command("show")
    .summary("one object: what it holds, what holds it, what it retains")
    .description(
      "Shows an object with its fields, its holders, its dominators, what it dominates and its path.",
    )
    .usage("[options] <file> <what>")
    .argument("[file]", "a dump (.bin or .bin.gz)")
    .argument("[what]", "an address (0x… or decimal), or a type that has one instance")
    .option("-n, --number <n>", "fields and holders", wholeNumber(1), 20)
    .option(...LIVE_OPTION)
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLES))
    .action(show);
}

async function show(
  first: string | undefined,
  second: string | undefined,
  options: ShowOptions,
): Promise<void> {
  const { live: given, words } = liveArguments(options.live, [first, second], ["file", "what"]);
  const [file, what] = words as [string, string];
  const heap = await openHeap("show", file);
  const id = parseObject(heap, what);
  const live = await readLiveObjects(heap, given, [id]);
  const shown = showObject(heap, id, options.number);
  output(
    options,
    () => showJson(shown, live),
    (terminal) => showText(shown, file, terminal, { live, number: options.number }),
  );
}
