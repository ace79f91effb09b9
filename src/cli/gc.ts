import { extname } from "node:path";
import { type Command, Option } from "commander";
import { replayCollection, replayedLog, replayedPhases } from "../analysis/collection.js";
import { readExtraInfo } from "../analysis/extra-info.js";
import { type Drawing, drawCollections, type NamedRun } from "../analysis/gc-graph.js";
import { isGcLog, readGcLog } from "../analysis/gc-log.js";
import { ExitCode, HeapdumpError } from "../errors.js";
import { writePrivateFile } from "../files.js";
import { type GcLog, NO_COLLECTIONS, runsOf } from "../model/gc-log.js";
import { replayJson, replayText } from "../view/collection.js";
import { collectionsJson, collectionsText, stoppedWarning } from "../view/gc.js";
import { collectionsDot } from "../view/gc-dot.js";
import { omittedText } from "../view/gc-style.js";
import { collectionsHtml } from "../view/html/gc-page.js";
import { sentences } from "../view/lines.js";
import { svgText } from "../view/picture.js";
import { terminal } from "../view/terminal.js";
import { escapeControls, plural } from "../view/text.js";
import { countText } from "../view/units.js";
import { openHeap } from "./heaps.js";
import { helpText } from "./help.js";
import { collect, JSON_OPTION, wholeNumber } from "./options.js";
import { documentWarnings, note, print, printParts, warn } from "./output.js";

interface Options {
  generation?: "0" | "1" | "2";
  output?: string;
  objectsOnly?: boolean;
  reverse?: boolean;
  type?: string;
  limit?: number;
  extraInfo?: string[];
  allTypes?: boolean;
  json?: boolean;
}

/** Graphviz takes minutes for what a page shows at once. */
const LIMITS = { page: 1000, picture: 100 };

/** More of them in one picture exhaust the memory of Graphviz. */
const MOST_IN_PICTURE = 500;

const EXAMPLES = `
Of a dump, a collection is replayed: what the collector would have found at that moment, up to where it runs finalizers
and callbacks. Nothing is needed in the process. A log has what it did.

Colours: how many references are left, black 0, red 1, green 2, blue 3, white 4 or more; grey: managed by GraalPy.

patches/README.md tells how an interpreter comes to write a log.

Examples:
  heapdump gc heap.bin
  heapdump gc --generation 0 -o young.html heap.bin
  heapdump gc --type app.Session -o collections.html log.json`;

export function registerGc(program: Command): void {
  program
    .command("gc")
    .summary("what the cycle collector would do, or did, step by step")
    .description(
      "Replays a collection of the cycle collector on a dump, or shows those of a log: the lists of each phase, with their types.",
    )
    .argument("<files...>", "a dump, or logs that GC_GRAPH makes a patched CPython, or GraalPy, write")
    .addOption(
      new Option(
        "--generation <n>",
        "of a dump: this generation and all younger ones (default: 2, all)",
      ).choices(["0", "1", "2"]),
    )
    .option("-o, --output <file>", "draw them: x.html, x.dot or x.svg")
    .option("-t, --objects-only", "the objects of each run, without its phases")
    .option("-r, --reverse", "the last run first")
    .option("--type <type>", "draw the objects of this type, what they refer to and all that leads to them")
    .option(
      "-l, --limit <n>",
      `nodes of a graph, those that matter first (default: ${LIMITS.page} in HTML, else ${LIMITS.picture})`,
      wholeNumber(1),
    )
    .option("--extra-info <file>", "columns for the nodes, {ADDR: {column: value}}; repeatable", collect)
    .option("--all-types", "draw functions, types, cells and the like, too, which are left out")
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLES))
    .action(gc);
}

async function gc(files: string[], options: Options): Promise<void> {
  const dump = files.find((file) => !isGcLog(file));
  if (dump === undefined) return ofLogs(files, options);
  if (files.length > 1) {
    throw new HeapdumpError(ExitCode.Usage, `${dump} is not a log of collections: give logs, or one dump`);
  }
  await ofDump(dump, options);
}

async function ofDump(file: string, options: Options): Promise<void> {
  const draw = drawer([file], options);
  const heap = await openHeap("gc", file);
  const generation = Number(options.generation ?? 2);
  const replay = replayCollection(heap, generation);
  if (replay) await draw?.(namedRuns(replayedLog(heap, generation), ""));
  if (options.json && replay) {
    await printParts(replayJson(replay, replayedPhases(heap, generation), documentWarnings()));
  } else if (options.json) await printParts(collectionsJson(NO_COLLECTIONS, documentWarnings()));
  else if (!draw || !replay) print(replayText(replay, file, terminal(process.stdout)));
}

async function ofLogs(files: string[], options: Options): Promise<void> {
  if (options.generation !== undefined) {
    throw new HeapdumpError(
      ExitCode.Usage,
      "--generation is for a dump: a log has the collections that were",
    );
  }
  const draw = drawer(files, options);
  const logs = files.map((path) => ({ path, log: collectionsOf(path) }));
  const runs = logs.flatMap(({ path, log }) => namedRuns(log, files.length > 1 ? path : ""));
  await draw?.(runs);
  if (options.json) await printParts(collectionsJson(joined(logs.map(({ log }) => log)), documentWarnings()));
  else if (!draw) {
    const ordered = options.reverse ? runs.toReversed() : runs;
    await printParts(collectionsText(ordered, options.objectsOnly === true, terminal(process.stdout)));
  }
}

/** Undefined if nothing is to be drawn; what is wrong with the options is said before the files are read. */
function drawer(files: string[], options: Options): ((runs: NamedRun[]) => Promise<void>) | undefined {
  const { of: extra } = readExtraInfo(options.extraInfo ?? []);
  if (options.output === undefined) return undefined;
  const { limit, graphs, write } = writer(options.output, files[0]);
  return async (runs) => {
    const drawn = drawCollections(runs, {
      objectsOnly: options.objectsOnly === true,
      reverse: options.reverse === true,
      ...(options.type !== undefined && { type: options.type }),
      limit: options.limit ?? limit,
      graphs,
      allTypes: options.allTypes === true,
      extra,
    });
    requireType(drawn.drawings, options.type);
    await write(drawn.drawings, `Collections of ${files.join(", ")}`);
    tell(drawn, runs.length, options);
  };
}

function collectionsOf(path: string): GcLog {
  const { log, stopped } = readGcLog(path);
  if (stopped) warn(stoppedWarning(path, stopped));
  return log;
}

function namedRuns(log: GcLog, file: string): NamedRun[] {
  return runsOf(log).map((run, i) => {
    const name = `run ${i + 1}${run[1] && `, ${run[1]}`}`;
    return { name: file ? `${file}, ${name}` : name, run };
  });
}

/** Of several logs, one after the other. */
function joined(logs: GcLog[]): GcLog {
  const [first] = logs as [GcLog];
  return logs.length === 1 ? first : { ...first, runs: [["gc graphs"], ...logs.flatMap(runsOf)] };
}

function requireType(drawings: Drawing[], type: string | undefined): void {
  if (type === undefined || drawings.some(({ nodes }) => nodes.length > 0)) return;
  throw new HeapdumpError(
    ExitCode.Usage,
    `--type: no object of the type ${escapeControls(type)} was collected`,
  );
}

interface Writer {
  limit: number;
  graphs: number;
  write(drawings: Drawing[], title: string): Promise<void>;
}

/** By the name's ending; refuses others before any work is done. */
function writer(path: string, source: string | undefined): Writer {
  const render: Record<string, (drawings: Drawing[], title: string) => Promise<string>> = {
    ".dot": async (drawings, title) => collectionsDot(drawings, title),
    ".gv": async (drawings, title) => collectionsDot(drawings, title),
    ".svg": async (drawings, title) => svgText(collectionsDot(drawings, title)),
    ".html": async (drawings, title) => collectionsHtml(drawings, title),
  };
  const ending = extname(path).toLowerCase();
  const chosen = render[ending];
  if (!chosen) throw new HeapdumpError(ExitCode.Usage, `${path}: the name must end in .dot, .svg or .html`);
  return {
    limit: ending === ".html" ? LIMITS.page : LIMITS.picture,
    graphs: ending === ".html" ? Number.POSITIVE_INFINITY : MOST_IN_PICTURE,
    write: async (drawings, title) => writePrivateFile(path, await chosen(drawings, title), source),
  };
}

function tell(
  drawn: { drawings: Drawing[]; runs: number },
  runs: number,
  { output = "", json }: Options,
): void {
  const { drawings } = drawn;
  const omitted = omittedText(drawings);
  if (omitted) note(omitted);
  if (drawn.runs < runs) {
    warn(
      `${plural(drawn.runs, "run")} of ${countText(runs)} drawn: more do not fit into one picture (-l, -t)`,
    );
  }
  if (json) return;
  const text = `${escapeControls(output)}: ${plural(drawn.runs, "run")}, ${plural(drawings.length, "graph")}`;
  print(sentences(text, terminal(process.stdout)));
}
