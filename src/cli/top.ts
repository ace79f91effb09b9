import { type Command, Option } from "commander";
import { parseFilter } from "../analysis/filter.js";
import { surveyMemory } from "../analysis/memory.js";
import { type Sort, topObjects, topParts } from "../analysis/top.js";
import { findUnknownMemory } from "../analysis/unknown-memory.js";
import { ExitCode, HeapdumpError } from "../errors.js";
import { GROUPINGS, needsTraces } from "../model/groupings.js";
import { checkSet } from "../store/set.js";
import { elsewhereLines } from "../view/memory.js";
import type { Terminal } from "../view/terminal.js";
import { topObjectsJson, topObjectsText, topPartsJson, topPartsText } from "../view/top.js";
import { type Compared, openCompared, warnIfUntraced } from "./heaps.js";
import { helpText } from "./help.js";
import { LIVE_OPTION, liveArguments, readLiveObjects } from "./live.js";
import { collect, JSON_OPTION, OF_OPTION, SINCE_OPTION, wholeNumber } from "./options.js";
import { output, warn } from "./output.js";

interface TopOptions {
  live?: string | true;
  by: string;
  of?: string;
  since?: string;
  sort?: Sort;
  previous?: string[];
  next?: string[];
  exclude?: string[];
  filter?: string;
  showParents?: boolean;
  maxDepth: number;
  maxBreadth: number;
  number: number;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  heapdump top heap.bin
  heapdump top --by type heap.bin
  heapdump top --by owner heap.bin
  heapdump top --by rcs --of str heap.bin
  heapdump top --by kind --of new --since before.bin after.bin
  heapdump top --previous before.bin after.bin --show-parents
  heapdump top --filter 'shop.models.*,!shop.models.Item' heap.bin
  sudo heapdump top --live 4711 --of 'shop.models.*' heap.bin`;

export function registerTop(program: Command): void {
  program
    .command("top")
    .summary("the largest objects, types, owners or modules")
    .description("Lists the largest objects, types, owners or other groups of a dump.")
    .usage("[options] <file>")
    .argument("[file]", "a dump (.bin or .bin.gz)")
    .addOption(
      new Option(
        "--by <what>",
        `objects by shallow size (object) or by retained size (retained), or what they have in common: ${GROUPINGS.join(", ")}, referrers(…) of one of these, or several with commas`,
      ).default("object"),
    )
    .option(...OF_OPTION)
    .option(...SINCE_OPTION)
    .addOption(
      new Option("--sort <what>", "what the first rows of groups have most of").choices([
        "size",
        "count",
        "retained",
      ]),
    )
    .option("--previous <file>", "only objects that are also in this earlier dump (repeatable)", collect)
    .option("--next <file>", "only objects that are also in this later dump (repeatable)", collect)
    .option("--exclude <file>", "only objects that are not in this dump (repeatable)", collect)
    .option("--filter <terms>", "ADDR,Type: only these; !ADDR,!Type: not these")
    .option("--show-parents", "under each object, its holders")
    .option("--max-depth <n>", "depth of --show-parents", wholeNumber(1), 6)
    .option("--max-breadth <n>", "holders of one object in --show-parents", wholeNumber(1), 3)
    .option("-n, --number <n>", "rows", wholeNumber(1), 20)
    .option(...LIVE_OPTION)
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLES))
    .action(top);
}

async function top(argument: string | undefined, options: TopOptions): Promise<void> {
  const { live: given, words } = liveArguments(options.live, [argument], ["file"]);
  const [file] = words as [string];
  const { by, of, sort } = options;
  const isOfObjects = by === "object" || by === "retained";
  if (options.showParents && !isOfObjects) {
    throw new HeapdumpError(ExitCode.Usage, `--show-parents works on objects only: leave out --by ${by}`);
  }
  if (given && !isOfObjects) {
    throw new HeapdumpError(ExitCode.Usage, `--live works on objects only: leave out --by ${by}`);
  }
  if (sort && isOfObjects) {
    throw new HeapdumpError(ExitCode.Usage, "--sort orders groups: give --by, such as --by kind");
  }
  const { heap, others } = await openCompared("top", file, [
    ...named("previous", options.previous),
    ...named("next", options.next),
    ...named("exclude", options.exclude),
    ...named("since", options.since === undefined ? [] : [options.since]),
  ]);
  checkSet(heap, of);
  const heaps = (excluded: boolean) =>
    others
      .filter(({ role }) => role !== "since" && (role === "exclude") === excluded)
      .map((other) => other.heap);
  const request = {
    of,
    since: options.since,
    filter: parseFilter(heap, options.filter, ({ message }) => warn(`--filter: ${message}`)),
    alsoIn: heaps(false),
    notIn: heaps(true),
    limit: options.number,
  };
  // Of all objects of one dump.
  const isWhole = others.length === 0 && options.filter === undefined && of === undefined;
  const memory = isWhole ? surveyMemory([heap]) : undefined;
  const unknown = isWhole ? findUnknownMemory(heap) : undefined;
  const below = (terminal: Terminal, text: string) =>
    [...elsewhereLines(memory, terminal), text].join("\n\n");
  if (!isOfObjects) {
    if (needsTraces(by)) warnIfUntraced([heap]);
    const found = topParts(heap, by, sort ?? "size", request);
    output(
      options,
      () => topPartsJson(found),
      (terminal) => below(terminal, topPartsText(found, unknown, file, terminal)),
    );
    return;
  }
  const parents = options.showParents ? options : undefined;
  const found = topObjects(heap, by === "retained" ? "retained" : "size", request, parents);
  const ids = found.objects.map(({ id }) => id);
  const live = await readLiveObjects(heap, given, ids);
  output(
    options,
    () => topObjectsJson(found, live),
    (terminal) => below(terminal, topObjectsText(found, unknown, file, terminal, live)),
  );
}

function named(role: Compared["role"], paths: string[] = []): Compared[] {
  return paths.map((path) => ({ role, path }));
}
