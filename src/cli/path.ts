import type { Command } from "commander";
import { type Bounds, mergedPaths, mergedPathsOfSet, pathsBetween, pathsOf } from "../analysis/path.js";
import { holderPattern } from "../analysis/pattern.js";
import { asSet, parseAvoid, parseSelectorOrSet, type Selected } from "../analysis/selectors.js";
import { ExitCode, HeapdumpError } from "../errors.js";
import type { Heap } from "../store/heap.js";
import { checkSet } from "../store/set.js";
import {
  objectPathsJson,
  objectPathsText,
  pathsBetweenJson,
  pathsBetweenText,
  typePathsJson,
  typePathsText,
} from "../view/path.js";
import { patternJson, patternText } from "../view/pattern.js";
import { openWithSince } from "./heaps.js";
import { helpText } from "./help.js";
import { JSON_OPTION, SINCE_OPTION, wholeNumber } from "./options.js";
import { output, warn } from "./output.js";

interface PathOptions {
  from?: string;
  pattern?: boolean;
  exclude?: string;
  maxDepth?: number;
  maxBreadth?: number;
  since?: string;
  number?: number;
  json?: boolean;
}

const EXAMPLES = `
Of one object: the shortest paths that keep it alive, each from another root. Of a type or a set: the paths of all its
objects, similar ones merged, with [*] for any key or index. With --from the paths begin at objects of a set.
--pattern is a tree of the kinds of objects that hold them, and of what holds those.

Examples:
  heapdump path heap.bin 0x7f3a0c0041d0
  heapdump path heap.bin asyncio.Task
  heapdump path heap.bin 'str & by(dict)'
  heapdump path heap.bin 0x7f3a0c0041d0 --from asyncio.Task
  heapdump path heap.bin shop.Session --pattern
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
    .option("--from <set>", "paths from objects of this set (docs/sets.md), not from roots")
    .option("--pattern", "the kinds of objects that hold it, as a tree")
    .option(
      "--max-depth <n>",
      `references on a path (no limit), or steps of --pattern (${PATTERN_DEPTH})`,
      wholeNumber(1),
    )
    .option("--max-breadth <n>", `with --pattern: kinds of holders of one line (${BREADTH})`, wholeNumber(1))
    .option(
      "-n, --number <n>",
      "paths (default: 3, 20 of a type or a set), or lines of --pattern (50)",
      wholeNumber(1),
    )
    .option(...SINCE_OPTION)
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLES))
    .action(path);
}

const PATTERN_DEPTH = 7;
const BREADTH = 10;
const LINES = 50;

async function path(file: string, what: string, options: PathOptions): Promise<void> {
  if (options.pattern && options.from !== undefined)
    throw new HeapdumpError(ExitCode.Usage, "--pattern shows all holders; --from cannot stand with it");
  if (!options.pattern && options.maxBreadth !== undefined)
    throw new HeapdumpError(ExitCode.Usage, "--max-breadth needs --pattern");
  const heap = await openWithSince("path", file, options.since);
  const selected = parseSelectorOrSet(heap, what);
  const bounds = { avoid: parseAvoid(heap, options.exclude, warnOfMissing), maxDepth: options.maxDepth };
  if (options.pattern) showPattern(heap, asSet(heap, selected, what), bounds, options);
  else if (options.from !== undefined)
    showBetween(heap, options.from, asSet(heap, selected, what), bounds, options);
  else showPaths(heap, selected, bounds, options);
}

function warnOfMissing({ message }: HeapdumpError): void {
  warn(`--exclude: ${message}`);
}

function showPattern(heap: Heap, set: string, bounds: Bounds, options: PathOptions): void {
  const limits = {
    maxDepth: options.maxDepth ?? PATTERN_DEPTH,
    maxBreadth: options.maxBreadth ?? BREADTH,
    maxRows: options.number ?? LINES,
  };
  const found = holderPattern(heap, set, limits, bounds);
  output(
    options,
    () => patternJson(found),
    (terminal) => patternText(found, heap.path, terminal),
  );
}

function showBetween(heap: Heap, from: string, to: string, bounds: Bounds, options: PathOptions): void {
  checkSet(heap, from, "--from");
  const found = pathsBetween(heap, from, to, bounds, options.number ?? 3);
  output(
    options,
    () => pathsBetweenJson(found),
    (terminal) => pathsBetweenText(found, heap.path, terminal),
  );
}

function showPaths(heap: Heap, selected: Selected, bounds: Bounds, options: PathOptions): void {
  if ("object" in selected) {
    const found = pathsOf(heap, selected.object, bounds, options.number ?? 3);
    output(
      options,
      () => objectPathsJson(found),
      (terminal) => objectPathsText(found, heap.path, terminal),
    );
  } else {
    const found =
      "set" in selected
        ? mergedPathsOfSet(heap, selected.set, bounds)
        : mergedPaths(heap, selected.types, bounds);
    output(
      options,
      () => typePathsJson(found),
      (terminal) => typePathsText(found, heap.path, terminal, options.number ?? 20),
    );
  }
}
