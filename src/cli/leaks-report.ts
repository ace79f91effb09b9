import { type Check, dumpsNeeded, isInBytes, meets, requireKnown } from "../analysis/fail-on.js";
import { isIncomplete } from "../analysis/incomplete.js";
import { findLeaks, type Leaks } from "../analysis/leaks.js";
import { type MemoryReport, surveyMemory } from "../analysis/memory.js";
import { requireDumps } from "../analysis/series.js";
import { ExitCode, HeapdumpError } from "../errors.js";
import type { MetaReader } from "../model/dump.js";
import type { Heap } from "../store/heap.js";
import { openHeaps } from "../store/open.js";
import { leaksJson, leaksText } from "../view/leaks.js";
import { leaksMarkdown } from "../view/leaks-markdown.js";
import { verdictWords } from "../view/memory.js";
import { suspectWords } from "../view/suspect-words.js";
import { countText, sizeText } from "../view/units.js";
import { openSeries } from "./heaps.js";
import { note, openEvents, output } from "./output.js";

interface Report {
  checks: Check[];
  /** Suspects shown. */
  number: number;
  json?: boolean | undefined;
  markdown?: boolean | undefined;
  /** Whether the dumps are deleted afterwards, so that no command can go on with them. */
  passing?: boolean;
}

/** Prints what leaks in dumps of one process; a check that is met makes the exit code 1. */
export async function reportLeaks(
  files: string[],
  { checks, number, json, markdown, passing }: Report,
): Promise<void> {
  for (const check of checks) requireDumps(files.length, dumpsNeeded(check), `--fail-on ${check.text}`);
  const heaps = await openSeries("leaks", files, (series) => {
    if (checks.length > 0) requireComplete(series);
  });
  const { found, memory } = answer(heaps);
  const paths = passing ? [] : heaps.map(({ path }) => path);
  for (const check of checks) requireKnown(check, found, memory);
  output(
    { ...(json === undefined ? {} : { json }) },
    () => leaksJson(found, memory),
    (terminal) =>
      markdown
        ? leaksMarkdown(found, memory, heaps.map(metaOf), paths, number)
        : leaksText(found, memory, paths, terminal, number),
  );
  for (const check of checks) {
    const words = wordsOf(check, found, memory);
    if (words === undefined) continue;
    note(words);
    process.exitCode = ExitCode.CheckFailed;
  }
}

function metaOf(heap: Heap): MetaReader {
  const meta = heap.meta();
  return (key) => meta.get(key);
}

/** Whether dumps of one process, in the order of their times, meet one of the checks: the words for it. */
export async function metCheck(files: string[], checks: Check[]): Promise<string | undefined> {
  const sources = files.map((path, i) => ({ schema: i === 0 ? "main" : `dump${i + 1}`, path }));
  const heaps = await openHeaps(sources, openEvents());
  try {
    const { found, memory } = answer(heaps);
    for (const check of checks) {
      if (files.length < dumpsNeeded(check)) continue;
      const words = wordsOf(check, found, memory);
      if (words !== undefined) return words;
    }
    return undefined;
  } finally {
    heaps[0]?.db.close();
  }
}

function answer(heaps: Heap[]): { found: Leaks; memory: MemoryReport | undefined } {
  const memory = surveyMemory(heaps as [Heap, ...Heap[]]);
  return { found: findLeaks(heaps, memory), memory };
}

/** What meets the check, if anything does. */
function wordsOf(check: Check, found: Leaks, memory: MemoryReport | undefined): string | undefined {
  const met = meets(check, found.suspects, memory);
  if (!met) return undefined;
  const value = isInBytes(check) ? sizeText(BigInt(met.value)) : countText(BigInt(met.value));
  const words = met.suspect ? suspectWords(met.suspect) : verdictWords(memory as MemoryReport);
  return `${check.text}: it is ${value}. ${words}`;
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
