import { type Command, Option } from "commander";
import type { ExportFormat } from "../export/format.js";
import { exportHeap, FORMATS } from "../export/formats.js";
import { checkSet } from "../store/set.js";
import { sentences } from "../view/lines.js";
import { progress } from "../view/progress.js";
import { escapeControls } from "../view/text.js";
import { countText, sizeText } from "../view/units.js";
import { openWithSince } from "./heaps.js";
import { helpText } from "./help.js";
import { JSON_OPTION, OF_OPTION, SINCE_OPTION } from "./options.js";
import { output } from "./output.js";
import { untilSignal } from "./signals.js";

interface ExportOptions {
  to: string;
  output: string;
  of?: string;
  since?: string;
  json?: boolean;
}

const EXAMPLE = `
Example:
  heapdump export heap.bin --to sqlite -o heap.sqlite`;

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
    .requiredOption("-o, --output <file>", "the file to write; an existing one is replaced")
    .option(...OF_OPTION)
    .option(...SINCE_OPTION)
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLE))
    .action(exportDump);
}

async function exportDump(file: string, options: ExportOptions): Promise<void> {
  const { to, output: path, of } = options;
  const format = FORMATS.find(({ name }) => name === to) as ExportFormat;
  const heap = await openWithSince("export", file, options.since);
  checkSet(heap, of);
  const bar = progress(`Writing ${path}`);
  const written = await untilSignal((signal) =>
    exportHeap(format, heap, path, (fraction) => bar.update(fraction), signal, of),
  ).finally(() => bar.stop());
  const { objects, references, bytes } = written;
  const counts = `${countText(objects)} objects, ${countText(references)} references, ${sizeText(bytes)}`;
  output(
    options,
    () => ({ file: path, objects, references, bytes }),
    (terminal) => sentences(`${escapeControls(path)}: ${counts}`, terminal),
  );
}
