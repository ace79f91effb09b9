import type { Command } from "commander";
import { redactDump } from "../dump/redact.js";
import { isStandardOutput } from "../dump/stream-output.js";
import { indexPath, removeIndex } from "../store/location.js";
import { sentences } from "../view/lines.js";
import { escapeControls } from "../view/text.js";
import { sizeText } from "../view/units.js";
import { openHeap } from "./heaps.js";
import { helpText } from "./help.js";
import { JSON_OPTION } from "./options.js";
import { output } from "./output.js";
import { notStopped, untilSignal } from "./signals.js";

interface RedactOptions {
  types?: string[];
  keys?: boolean;
  names?: boolean;
  json?: boolean;
}

const EXAMPLES = `
Without options all contents go but names: those of modules, classes, functions and attributes, so that paths and owners
read as before. It is what a dump of \`attach --redact\` never has. Sizes, types, references and addresses stay.

Examples:
  heapdump redact heap.bin to-send.bin
  heapdump redact --types bytes,shop.secrets. heap.bin to-send.bin`;

export function registerRedact(program: Command): void {
  program
    .command("redact")
    .summary("write a dump without the contents of its objects")
    .description(
      "Writes a dump again, without texts, bytes and numbers of the program, to be given to others.",
    )
    .argument("<file>", "a dump (.bin or .bin.gz)")
    .argument(
      "<output>",
      "the dump to write (.bin or .bin.gz; - is standard output); an existing one is replaced",
    )
    .option(
      "--types <prefixes>",
      "only contents of objects whose type's full name begins with one of these, separated by commas (repeatable)",
      (text, before: string[] = []) => [...before, ...text.split(",").filter(Boolean)],
    )
    .option("--keys", "only contents of keys of dicts that are no names; with --types, these too")
    .option("--names", "names of attributes, globals and code, too, as the contents of objects have them")
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLES))
    .action(redact);
}

async function redact(file: string, path: string, options: RedactOptions): Promise<void> {
  const { types = [], keys = false, names = false } = options;
  const heap = await openHeap("redact", file);
  const source = { path: heap.path, index: indexPath(heap.path), problems: heap.problems() };
  const bytes = await notStopped(() =>
    untilSignal((signal) => redactDump({ source, path, rules: { types, keys, names }, signal })),
  );
  if (isStandardOutput(path)) return;
  removeIndex(path);
  output(
    options,
    () => ({ file: path, bytes }),
    (terminal) => sentences(`${escapeControls(path)}: ${sizeText(BigInt(bytes))}`, terminal),
  );
}
