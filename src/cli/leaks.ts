import type { Command } from "commander";
import { type Check, dumpsNeeded, meets, parseCheck, requireKnown } from "../analysis/fail-on.js";
import { isIncomplete } from "../analysis/incomplete.js";
import { findLeaks } from "../analysis/leaks.js";
import { type MemoryReport, surveyMemory } from "../analysis/memory.js";
import { requireDumps } from "../analysis/series.js";
import { ExitCode, HeapdumpError } from "../errors.js";
import type { Heap } from "../store/heap.js";
import { leaksJson, leaksText, suspectWords } from "../view/leaks.js";
import { verdictWords } from "../view/memory.js";
import { openSeries } from "./heaps.js";
import { helpText } from "./help.js";
import { collect, JSON_OPTION, wholeNumber } from "./options.js";
import { note, output } from "./output.js";

interface LeaksOptions {
  failOn?: string[];
  number: number;
  json?: boolean;
}

const EXAMPLES = `
With one dump, the suspects are what is large; with two, what grew; with three or more, what grew and stayed: new since
the first dump, and there in the dump before the last, too.

Examples:
  heapdump leaks heap.bin
  heapdump leaks before.bin after.bin
  heapdump leaks --fail-on 'growth>10MB' 1.bin 2.bin 3.bin`;

export function registerLeaks(program: Command): void {
  program
    .command("leaks")
    .summary("what leaks, where it accumulates, and what holds it")
    .description("Names the suspects of a leak, from one or more dumps of a process.")
    .argument("<file...>", "dumps of one process (.bin or .bin.gz)")
    .option(
      "--fail-on <check>",
      "exit code 1 if a suspect meets the check, such as growth>10MB, or the process does; measures of suspects are growth, growth_per_hour, survived, retained (bytes), count and new (objects), of the process rss and native (bytes that its resident memory, and that of C code, grew by) (repeatable)",
      collect,
    )
    .option("-n, --number <n>", "suspects shown", wholeNumber(1), 5)
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLES))
    .action(leaks);
}

async function leaks(files: string[], options: LeaksOptions): Promise<void> {
  const checks = (options.failOn ?? []).map(parseCheck);
  for (const check of checks) requireDumps(files.length, dumpsNeeded(check), `--fail-on ${check.text}`);
  const heaps = await openSeries("leaks", files, (series) => {
    if (checks.length > 0) requireComplete(series);
  });
  const found = findLeaks(heaps);
  const paths = heaps.map(({ path }) => path);
  const memory = surveyMemory(heaps as [Heap, ...Heap[]]);
  for (const check of checks) requireKnown(check, found, memory);
  output(
    options,
    () => leaksJson(found, memory),
    (terminal) => leaksText(found, memory, paths, terminal, options.number),
  );
  for (const check of checks) {
    const met = meets(check, found.suspects, memory);
    if (met) fail(check, met === "memory" ? verdictWords(memory as MemoryReport) : suspectWords(met));
  }
}

/** A check of what is left of a dump would pass, or fail, for the wrong reason. */
function requireComplete(heaps: Heap[]): void {
  const damaged = heaps.find(isIncomplete);
  if (!damaged) return;
  throw new HeapdumpError(
    ExitCode.Unreadable,
    `${damaged.path} is not complete, so --fail-on cannot be decided: take the dump again`,
  );
}

function fail(check: Check, words: string): void {
  note(`${check.text}: ${words}`);
  process.exitCode = ExitCode.CheckFailed;
}
