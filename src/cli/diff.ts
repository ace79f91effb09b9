import { type Command, Option } from "commander";
import { type DiffAgainst, findDifferences } from "../analysis/diff.js";
import { differentModes } from "../analysis/modes.js";
import { requireDumps } from "../analysis/series.js";
import { ExitCode, HeapdumpError } from "../errors.js";
import { GROUPINGS, type Grouping } from "../model/groupings.js";
import type { Heap } from "../store/heap.js";
import { checkSet } from "../store/set.js";
import { diffJson, diffText } from "../view/diff.js";
import { openSeries, warnIfUntraced } from "./heaps.js";
import { helpText } from "./help.js";
import { JSON_OPTION, OF_OPTION, wholeNumber } from "./options.js";
import { output } from "./output.js";

interface DiffOptions {
  by: Grouping;
  against: DiffAgainst;
  of?: string;
  number: number;
  json?: boolean;
}

const EXAMPLES = `
An object is the same in two dumps if its address and type are the same and, for an immutable object, its content; for a
mutable object, also what holds it or half of what it refers to.

Examples:
  heapdump diff before.bin after.bin
  heapdump diff --by owner before.bin after.bin
  heapdump diff --against peak 1.bin 2.bin 3.bin`;

export function registerDiff(program: Command): void {
  program
    .command("diff")
    .summary("what is new and what is gone between dumps")
    .description("Compares the last of several dumps of a process with an earlier one.")
    .argument("<file...>", "two or more dumps of one process (.bin or .bin.gz)")
    .addOption(new Option("--by <what>", "what a row is").choices(GROUPINGS).default("type"))
    .addOption(
      new Option(
        "--against <dump>",
        "what the last is compared with: the first, the one before it, or the earlier one with the most bytes",
      )
        .choices(["base", "previous", "peak"])
        .default("base"),
    )
    .option(...OF_OPTION)
    .option("-n, --number <n>", "rows", wholeNumber(1), 20)
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLES))
    .action(diff);
}

/** Roots and names of references, which owners and paths are made of, differ between modes. */
function requireOneMode([first, ...others]: Heap[], by: Grouping): void {
  const unlike = first && others.find((other) => differentModes(first, other));
  if (!first || !unlike) return;
  throw new HeapdumpError(
    ExitCode.Usage,
    `${first.path} and ${unlike.path} were taken in different modes, which name ${by}s differently: take both in the same mode, or leave out --by ${by}`,
  );
}

async function diff(files: string[], options: DiffOptions): Promise<void> {
  const { by, against, number, of } = options;
  requireDumps(files.length, 2, "diff");
  const heaps = await openSeries("diff", files, (series) => {
    if (by !== "type" && by !== "line") requireOneMode(series, by);
  });
  if (by === "line") warnIfUntraced(heaps);
  checkSet(heaps.at(-1) as Heap, of);
  const found = findDifferences(heaps, by, against, number, of);
  output(
    options,
    () => diffJson(found),
    (terminal) => diffText(found, by, heaps.at(-1)?.path ?? "", terminal),
  );
}
