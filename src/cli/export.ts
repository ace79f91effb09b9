import { stat } from "node:fs/promises";
import { type Command, Option } from "commander";
import { differentContents } from "../analysis/modes.js";
import { repeated, requireOneProcess } from "../analysis/series.js";
import { ExitCode, HeapdumpError } from "../errors.js";
import type { ExportFormat } from "../export/format.js";
import { exportHeap, FORMATS } from "../export/formats.js";
import type { Heap } from "../store/heap.js";
import { divisionText, hasSamples, readSamples } from "../store/sample.js";
import { checkSet } from "../store/set.js";
import { sentences } from "../view/lines.js";
import { progress } from "../view/progress.js";
import { escapeControls, plural } from "../view/text.js";
import { sizeText } from "../view/units.js";
import { openWithSince } from "./heaps.js";
import { helpText } from "./help.js";
import { JSON_OPTION, OF_OPTION, SINCE_OPTION } from "./options.js";
import { output } from "./output.js";
import { untilSignal } from "./signals.js";

interface ExportOptions {
  to: string;
  output: string;
  by?: string;
  of?: string;
  since?: string;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  heapdump export heap.bin --to sqlite -o heap.sqlite
  heapdump export heap.bin --to stat -o service.stat`;

export function registerExport(program: Command): void {
  program
    .command("export")
    .summary("write a dump in another format")
    .description(`Writes a dump as ${FORMATS.map(({ description }) => description).join(", or ")}.`)
    .argument("<file>", "a dump (.bin or .bin.gz)")
    .addOption(
      new Option("--to <format>", "the format")
        .choices(FORMATS.map(({ name }) => name))
        .makeOptionMandatory(),
    )
    .requiredOption(
      "-o, --output <file>",
      "the file to write; an existing one is replaced, but for stat, which adds to it",
    )
    .option("--by <what>", "what --to stat counts by, as --by of top (default: kind)")
    .option(...OF_OPTION)
    .option(...SINCE_OPTION)
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLES))
    .action(exportDump);
}

async function exportDump(file: string, options: ExportOptions): Promise<void> {
  const { to, output: path, of, by } = options;
  const format = FORMATS.find(({ name }) => name === to) as ExportFormat;
  if (path === "-")
    throw new HeapdumpError(ExitCode.Usage, "export writes a file: give its name, not - for standard output");
  const heap = await openWithSince("export", file, options.since);
  checkSet(heap, of);
  if (by !== undefined && !format.appends) {
    throw new HeapdumpError(
      ExitCode.Usage,
      `--by divides the objects for --to stat: leave it out of --to ${to}`,
    );
  }
  if (format.appends) await requireOwnSamples(heap, path, by ?? "kind", of ?? null);
  const bar = progress(`Writing ${path}`);
  const written = await untilSignal((signal) =>
    exportHeap(format, heap, path, (fraction) => bar.update(fraction), signal, { of, by }),
  ).finally(() => bar.stop());
  const { counts, bytes } = written;
  const told = [
    ...Object.entries(counts).map(([what, count]) => plural(count, what.replace(/s$/, ""))),
    sizeText(bytes),
  ];
  output(
    options,
    () => ({ file: path, ...counts, bytes }),
    (terminal) => sentences(`${escapeControls(path)}: ${told.join(", ")}`, terminal),
  );
}

/** Samples of one file are of one process, are divided alike, and each is of another dump. */
async function requireOwnSamples(heap: Heap, path: string, by: string, of: string | null): Promise<void> {
  const isThere = await stat(path).then(
    (found) => found.isFile() && found.size > 0,
    () => false,
  );
  if (!isThere) return;
  if (!(await hasSamples(path))) {
    throw new HeapdumpError(
      ExitCode.Usage,
      `${path}: it is there and no file of samples; choose another file`,
    );
  }
  const { samples } = await readSamples(path);
  requireOneProcess([...samples, heap]);
  const unlike = samples.find((sample) => sample.by !== by || sample.of !== of);
  if (unlike) {
    throw new HeapdumpError(
      ExitCode.Usage,
      `${unlike.path} was taken ${divisionText(unlike)}: take all samples of a file alike, or choose another file`,
    );
  }
  const other = differentContents([heap, ...samples]);
  if (other) {
    throw new HeapdumpError(
      ExitCode.Usage,
      `${other[1].path} is of a dump with other contents than ${heap.path}: choose another file`,
    );
  }
  const same = repeated([...samples, heap]);
  if (same) throw new HeapdumpError(ExitCode.Usage, `${same[0].path} is a sample of this dump already`);
}
