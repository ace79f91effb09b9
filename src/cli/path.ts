import type { Command } from "commander";
import { mergedPaths, mergedPathsOfSet, pathsOf } from "../analysis/path.js";
import { parseAvoid, parseSelectorOrSet } from "../analysis/selectors.js";
import { objectPathsJson, objectPathsText, typePathsJson, typePathsText } from "../view/path.js";
import { openWithSince } from "./heaps.js";
import { helpText } from "./help.js";
import { JSON_OPTION, SINCE_OPTION, wholeNumber } from "./options.js";
import { output } from "./output.js";

interface PathOptions {
  exclude?: string;
  since?: string;
  number?: number;
  json?: boolean;
}

const EXAMPLES = `
Of one object: the shortest paths that keep it alive, each from another root. Of a type or a set: the paths of all its
objects, similar ones merged, with [*] for any key or index.

Examples:
  heapdump path heap.bin 0x7f3a0c0041d0
  heapdump path heap.bin asyncio.Task
  heapdump path heap.bin 'str & by(dict)'
  heapdump path --exclude '.__globals__,weakref.finalize' heap.bin 0x7f3a0c0041d0`;

export function registerPath(program: Command): void {
  program
    .command("path")
    .summary("why an object, or the objects of a type, are alive")
    .description(
      "Shows the shortest paths from roots, as Python writes them. Weak references keep nothing alive.",
    )
    .argument("<file>", "a dump (.bin or .bin.gz)")
    .argument("<what>", "an address (0x… or decimal), a type, or a set (docs/sets.md)")
    .option("--exclude <terms>", "ADDR,Type,.field: objects and references that no path may go through")
    .option("-n, --number <n>", "paths (default: 3 of an object, 20 of a type or a set)", wholeNumber(1))
    .option(...SINCE_OPTION)
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLES))
    .action(path);
}

async function path(file: string, what: string, options: PathOptions): Promise<void> {
  const heap = await openWithSince("path", file, options.since);
  const selected = parseSelectorOrSet(heap, what);
  const avoid = parseAvoid(heap, options.exclude);
  if ("object" in selected) {
    const found = pathsOf(heap, selected.object, avoid, options.number ?? 3);
    output(
      options,
      () => objectPathsJson(found),
      (terminal) => objectPathsText(found, file, terminal),
    );
  } else {
    const found =
      "set" in selected
        ? mergedPathsOfSet(heap, selected.set, avoid)
        : mergedPaths(heap, selected.types, avoid);
    output(
      options,
      () => typePathsJson(found),
      (terminal) => typePathsText(found, file, terminal, options.number ?? 20),
    );
  }
}
