import { type Command, Option } from "commander";
import { parseFilter } from "../analysis/filter.js";
import { surveyMemory } from "../analysis/memory.js";
import { topGroups, topObjects } from "../analysis/top.js";
import { findUnknownMemory } from "../analysis/unknown-memory.js";
import { ExitCode, HeapdumpError } from "../errors.js";
import { GROUPINGS, type Grouping, isGrouping } from "../model/groupings.js";
import { elsewhereLines } from "../view/memory.js";
import type { Terminal } from "../view/terminal.js";
import { topGroupsJson, topGroupsText, topObjectsJson, topObjectsText } from "../view/top.js";
import { type Compared, openCompared, warnIfUntraced } from "./heaps.js";
import { helpText } from "./help.js";
import { collect, JSON_OPTION, wholeNumber } from "./options.js";
import { output } from "./output.js";

interface TopOptions {
  by: "object" | "retained" | Grouping;
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
  heapdump top --previous before.bin after.bin --show-parents
  heapdump top --filter 'shop.models.*,!shop.models.Item' heap.bin`;

export function registerTop(program: Command): void {
  program
    .command("top")
    .summary("the largest objects, types, owners or modules")
    .description("Lists the largest objects, types, owners or other groups of a dump.")
    .argument("<file>", "a dump (.bin or .bin.gz)")
    .addOption(
      new Option("--by <what>", "objects by shallow size, objects by retained size, or groups of objects")
        .choices(["object", "retained", ...GROUPINGS])
        .default("object"),
    )
    .option("--previous <file>", "only objects that are also in this earlier dump (repeatable)", collect)
    .option("--next <file>", "only objects that are also in this later dump (repeatable)", collect)
    .option("--exclude <file>", "only objects that are not in this dump (repeatable)", collect)
    .option("--filter <terms>", "ADDR,Type: only these; !ADDR,!Type: not these")
    .option("--show-parents", "under each object, its holders")
    .option("--max-depth <n>", "depth of --show-parents", wholeNumber(1), 6)
    .option("--max-breadth <n>", "holders of one object in --show-parents", wholeNumber(1), 3)
    .option("-n, --number <n>", "rows", wholeNumber(1), 20)
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLES))
    .action(top);
}

async function top(file: string, options: TopOptions): Promise<void> {
  const { by } = options;
  if (options.showParents && isGrouping(by)) {
    throw new HeapdumpError(ExitCode.Usage, `--show-parents works on objects only: leave out --by ${by}`);
  }
  const { heap, others } = await openCompared("top", file, [
    ...named("previous", options.previous),
    ...named("next", options.next),
    ...named("exclude", options.exclude),
  ]);
  const heaps = (excluded: boolean) =>
    others.filter(({ role }) => (role === "exclude") === excluded).map((other) => other.heap);
  const request = {
    filter: parseFilter(heap, options.filter),
    alsoIn: heaps(false),
    notIn: heaps(true),
    limit: options.number,
  };
  // Of all objects of one dump.
  const isWhole = others.length === 0 && options.filter === undefined;
  const memory = isWhole ? surveyMemory([heap]) : undefined;
  const unknown = isWhole ? findUnknownMemory(heap) : undefined;
  const below = (terminal: Terminal, text: string) =>
    [...elsewhereLines(memory, terminal), text].join("\n\n");
  if (isGrouping(by)) {
    if (by === "line") warnIfUntraced([heap]);
    const found = topGroups(heap, by, request);
    output(
      options,
      () => topGroupsJson(found),
      (terminal) => below(terminal, topGroupsText(found, unknown, file, terminal)),
    );
    return;
  }
  const parents = options.showParents ? options : undefined;
  const found = topObjects(heap, by === "retained" ? "retained" : "size", request, parents);
  output(
    options,
    () => topObjectsJson(found),
    (terminal) => below(terminal, topObjectsText(found, unknown, file, terminal)),
  );
}

function named(role: Compared["role"], paths: string[] = []): Compared[] {
  return paths.map((path) => ({ role, path }));
}
