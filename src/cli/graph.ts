import { extname } from "node:path";
import { type Command, Option } from "commander";
import { censored } from "../analysis/censor.js";
import { readExtraInfo } from "../analysis/extra-info.js";
import { parseFilter, select } from "../analysis/filter.js";
import { type Graph, holderGraph } from "../analysis/graph.js";
import { ExitCode, HeapdumpError } from "../errors.js";
import { writePrivateFile } from "../files.js";
import { checkSet } from "../store/set.js";
import { dotText, omittedText } from "../view/dot.js";
import { graphJson } from "../view/graph.js";
import { sentences } from "../view/lines.js";
import { htmlText, svgText } from "../view/picture.js";
import { pdfBytes } from "../view/picture-pdf.js";
import { pngBytes } from "../view/picture-png.js";
import { terminal } from "../view/terminal.js";
import { escapeControls } from "../view/text.js";
import { openWithSince } from "./heaps.js";
import { helpText } from "./help.js";
import { collect, JSON_OPTION, SINCE_OPTION, wholeNumber } from "./options.js";
import { note, output, print, warn } from "./output.js";

interface GraphOptions {
  filter?: string;
  of?: string;
  since?: string;
  sources?: string;
  only?: string;
  censor?: string;
  refcounts?: boolean;
  longNames?: boolean;
  extraInfo?: string[];
  highlight?: string;
  direction: "referrers" | "referents";
  maxDepth: number;
  maxBreadth: number;
  maxNodes: number;
  output?: string;
  json?: boolean;
}

const EXAMPLES = `
Red: objects to explain; green: roots (a module, a thread, …); yellow: --highlight; orange: --sources; grey: a ! term.
A bold arrow: the holder refers to nothing else. A dashed arrow closes a cycle. A red arrow: on a way from --sources. A
double border: the type has a finalizer (__del__, or that of C code).

Examples:
  heapdump graph heap.bin 0x7f3a0c0041d0 | dot -Tsvg > graph.svg
  heapdump graph --filter 'Session,!frame' --highlight asyncio.Task -o graph.svg heap.bin`;

export function registerGraph(program: Command): void {
  program
    .command("graph")
    .summary("who holds what, as a picture")
    .description("Draws what holds objects, up to the roots that keep them alive, as dot, SVG or HTML.")
    .argument("<file>", "a dump (.bin or .bin.gz)")
    .argument("[what]", "an address (0x… or decimal) or a type to explain")
    .option(
      "--filter <terms>",
      "ADDR,Type: objects to explain; !ADDR,!Type: drawn grey, without their holders",
    )
    .option("--of <set>", "objects to explain, as a set (docs/sets.md)")
    .option(...SINCE_OPTION)
    .option("--sources <set>", "draw the shortest ways from these, in red, however long they are")
    .option("--only <set>", "draw only objects of this set, besides those to explain")
    .option("--censor <prefixes>", "do not write contents of types whose names begin so, nor keys and paths")
    .option("--refcounts", "write the reference counts")
    .option("--long-names", "write types with their modules")
    .option(
      "--extra-info <file>",
      "write what a file says of the objects: {ADDRESS: {COLUMN: VALUE}}",
      collect,
    )
    .option("--highlight <types>", "types (or addresses) to draw yellow, separated by commas")
    .addOption(
      new Option("--direction <which>", "draw what holds the objects, or what they hold")
        .choices(["referrers", "referents"])
        .default("referrers"),
    )
    .option("--max-depth <n>", "steps from the objects to explain", wholeNumber(0), 10)
    .option(
      "--max-breadth <n>",
      "holders drawn of one object, and objects drawn of one --filter",
      wholeNumber(1),
      10,
    )
    .option("--max-nodes <n>", "objects drawn", wholeNumber(1), 500)
    .option("-o, --output <file>", "x.dot, x.svg, x.html, x.png or x.pdf; dot on standard output without it")
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLES))
    .action(graph);
}

async function graph(file: string, what: string | undefined, options: GraphOptions): Promise<void> {
  const { of } = options;
  if (what === undefined && options.filter === undefined && of === undefined) {
    throw new HeapdumpError(ExitCode.Usage, "graph needs an address or a type to explain");
  }
  const terms = [what, options.filter].filter((term) => term !== undefined);
  const write = options.output === undefined ? undefined : writer(options.output, file);
  const labels = { ...options, extra: readExtraInfo(options.extraInfo ?? []) };
  const heap = await openWithSince("graph", file, options.since);
  checkSet(heap, of);
  checkSet(heap, options.sources, "--sources");
  checkSet(heap, options.only, "--only");
  const filter = parseFilter(heap, terms.length > 0 ? terms.join(",") : undefined, ({ message }) =>
    warn(`--filter: ${message}`),
  );
  if (!filter.include && of === undefined) {
    throw new HeapdumpError(
      ExitCode.Usage,
      "--filter names nothing to explain: give an address or a type without !",
    );
  }
  const highlighted = options.highlight?.split(",").map((term) => term.trim()) ?? [];
  const highlight = select(heap, highlighted, ({ message }) => warn(`--highlight: ${message}`));
  const whole = holderGraph(heap, { ...options, filter, highlight });
  if (whole.nodes.length === 0) warn("the set has no objects: the picture is empty");
  const prefixes = options.censor?.split(",").map((prefix) => prefix.trim());
  const found = prefixes ? censored(whole, prefixes.filter(Boolean)) : whole;
  const title = `${file}: what ${options.direction === "referrers" ? "holds" : "is held by"} ${[...terms, ...(of === undefined ? [] : [of])].join(", ")}`;
  const dot = dotText(found, title, labels);
  if (write) await write(dot, title);
  if (options.json || !write) {
    output(
      options,
      () => graphJson(found, labels.extra),
      () => dot,
    );
  }
  tell(found, options);
}

const RENDER: Record<string, (dot: string, title: string) => Promise<string | Uint8Array>> = {
  ".dot": async (dot) => dot,
  ".gv": async (dot) => dot,
  ".svg": svgText,
  ".html": htmlText,
  ".png": pngBytes,
  ".pdf": pdfBytes,
};

/** By the name's ending; refuses others before any work is done. */
function writer(path: string, source: string): (dot: string, title: string) => Promise<void> {
  const render = RENDER[extname(path).toLowerCase()];
  if (!render) {
    throw new HeapdumpError(ExitCode.Usage, `${path}: the name must end in .dot, .svg, .html, .png or .pdf`);
  }
  return async (dot, title) => writePrivateFile(path, await render(dot, title), source);
}

function tell(found: Graph, { output, json }: GraphOptions): void {
  const omitted = omittedText(found);
  if (omitted) note(omitted);
  if (output && !json) {
    const text = `${escapeControls(output)}: ${found.nodes.length} objects, ${found.edges.length} references`;
    print(sentences(text, terminal(process.stdout)));
  }
}
