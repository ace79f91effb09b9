import { extname } from "node:path";
import { type Command, Option } from "commander";
import { type Bands, findBands } from "../analysis/bands.js";
import { type DiffAgainst, findDifferences } from "../analysis/diff.js";
import { differentContents, differentModes } from "../analysis/modes.js";
import { requireDumps } from "../analysis/series.js";
import { ExitCode, HeapdumpError } from "../errors.js";
import { writePrivateFile } from "../files.js";
import { GROUPINGS, needsTraces, partitionParts } from "../model/groupings.js";
import type { CountedDump, Division } from "../store/counted.js";
import { divisionText, Sample } from "../store/sample.js";
import { bandsHtml, bandsSvg } from "../view/bands.js";
import { diffJson, diffText } from "../view/diff.js";
import { escapeControls, plural } from "../view/text.js";
import { addressReuseWarning } from "../view/warnings.js";
import { readSeries, warnIfUntraced } from "./heaps.js";
import { helpText } from "./help.js";
import { JSON_OPTION, OF_OPTION, wholeNumber } from "./options.js";
import { note, output, warn } from "./output.js";

interface DiffOptions {
  by?: string;
  against: DiffAgainst;
  of?: string;
  count?: boolean;
  number: number;
  output?: string;
  json?: boolean;
}

const EXAMPLES = `
An object is the same in two dumps if its address and type are the same and, for an immutable object, its content; for a
mutable object, also what holds it or half of what it refers to. A file of samples (heapdump export --to stat) stands for
the dumps that they are of; which objects are new is not known of it.

Examples:
  heapdump diff before.bin after.bin
  heapdump diff --by owner before.bin after.bin
  heapdump diff --count --against peak 1.bin 2.bin 3.bin
  heapdump diff --by kind -o growth.html 1.bin 2.bin 3.bin`;

export function registerDiff(program: Command): void {
  program
    .command("diff")
    .summary("what is new and what is gone between dumps")
    .description("Compares the last of several dumps of a process with an earlier one.")
    .argument("<file...>", "two or more dumps of one process (.bin or .bin.gz), or files of samples")
    .option(
      "--by <what>",
      `what a row is: ${GROUPINGS.join(", ")}, referrers(…) of one of these, or several with commas (default: type; with samples, what they are by)`,
    )
    .addOption(
      new Option(
        "--against <dump>",
        "what the last is compared with: the first, the one before it, or for each row by itself the earlier one in which the row had most",
      )
        .choices(["base", "previous", "peak"])
        .default("base"),
    )
    .option(...OF_OPTION)
    .option("--count", "rank rows by the number of objects, and show numbers, rather than bytes")
    .option("-n, --number <n>", "rows", wholeNumber(1), 20)
    .option("-o, --output <file>", "x.svg or x.html: also draw the largest rows over time")
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLES))
    .action(diff);
}

async function diff(files: string[], options: DiffOptions): Promise<void> {
  const { against, number, count } = options;
  const measure = count ? "count" : "size";
  const draw = options.output === undefined ? undefined : drawing(options.output);
  let division: Division = { by: "type", of: undefined };
  const series = await readSeries("diff", files, (read) => {
    requireDumps(read.length, 2, "diff");
    division = divisionOf(read, options);
    requireAlikeContents(read, division);
    // Counts of different modes can be compared of one pair of dumps, not of more.
    if (read.some((dump) => dump instanceof Sample) || against === "peak" || draw)
      requireOneMode(read, "count different objects");
    else if (partitionParts(division.by).some((part) => part !== "type" && part !== "line"))
      requireOneMode(read, `divide by ${division.by} differently`, `, or leave out --by ${division.by}`);
  });
  if (needsTraces(division.by)) warnIfUntraced(series);
  const found = await findDifferences(series, { ...division, against, measure, limit: number });
  if (found.reuse !== undefined) warn(addressReuseWarning(found.old?.path ?? "", found.reuse));
  if (draw) await draw(await findBands(series, { ...division, measure, limit: number }));
  output(
    options,
    () => diffJson(found),
    (terminal) => diffText(found, { ...division, measure }, series.at(-1) as CountedDump, terminal),
  );
}

/** Writes a picture as its name's ending says; refuses others before any work is done. */
function drawing(path: string): (bands: Bands) => Promise<void> {
  const texts = { ".svg": bandsSvg, ".html": bandsHtml };
  const text = texts[extname(path).toLowerCase() as keyof typeof texts];
  if (!text) throw new HeapdumpError(ExitCode.Usage, `${path}: the name must end in .svg or .html`);
  return async (bands) => {
    await writePrivateFile(path, text(bands));
    note(`${escapeControls(path)}: ${bands.bands.length} of ${plural(bands.groups, "row")} drawn`);
  };
}

/** What samples are divided by cannot be chosen any more. */
function divisionOf(series: CountedDump[], { by, of }: DiffOptions): Division {
  const [first, ...others] = series.filter((dump) => dump instanceof Sample);
  if (!first) return { by: by ?? "type", of };
  const unlike = others.find((other) => divisionText(other) !== divisionText(first));
  if (unlike) {
    throw new HeapdumpError(
      ExitCode.Usage,
      `${first.path} was taken ${divisionText(first)} and ${unlike.path} ${divisionText(unlike)}: they cannot be compared`,
    );
  }
  if ((by ?? first.by) !== first.by || (of ?? first.of) !== first.of) {
    throw new HeapdumpError(
      ExitCode.Usage,
      `${first.path} was taken ${divisionText(first)}: it cannot be divided otherwise`,
    );
  }
  return { by: first.by, of: first.of ?? undefined };
}

/** Of these a row does not go by what objects contain. */
const WITHOUT_CONTENTS = ["type", "kind", "size", "module", "package", "line", "unity", "id"];

function requireAlikeContents(series: CountedDump[], { by, of }: Division): void {
  const unlike = differentContents(series);
  const goesByContents =
    partitionParts(by).some((part) => !WITHOUT_CONTENTS.includes(part)) ||
    /content\(|via\(|owner\(|\[/.test(of ?? "");
  if (!unlike || !goesByContents) return;
  throw new HeapdumpError(
    ExitCode.Usage,
    `${unlike[0].path} and ${unlike[1].path} do not have the same contents (attach --content, redact), so they cannot be compared by them: use --by type or kind`,
  );
}

/** Roots and names of references, which owners and paths are made of, differ between modes. */
function requireOneMode([first, ...others]: CountedDump[], what: string, otherwise = ""): void {
  const unlike = first && others.find((other) => differentModes(first, other));
  if (!first || !unlike) return;
  throw new HeapdumpError(
    ExitCode.Usage,
    `${first.path} and ${unlike.path} were taken in different modes, which ${what}: take both in the same mode${otherwise}`,
  );
}
