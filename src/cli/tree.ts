import { type Command, InvalidArgumentError, Option } from "commander";
import { type TreeRequest, unfoldTree } from "../analysis/tree.js";
import { bytesOf } from "../model/bytes.js";
import { treeJson, treeText } from "../view/dominator-tree.js";
import { openHeap } from "./heaps.js";
import { helpText } from "./help.js";
import { JSON_OPTION, wholeNumber } from "./options.js";
import { output } from "./output.js";

interface TreeOptions {
  depth: number;
  min: TreeRequest["least"];
  json?: boolean;
}

const EXAMPLES = `
Examples:
  heapdump tree heap.bin
  heapdump tree heap.bin shop.models.Session --depth 3 --min 100KB`;

export function registerTree(program: Command): void {
  program
    .command("tree")
    .summary("what keeps what alive, from the roots down")
    .description(
      "Unfolds the tree of dominators: below each group of objects what would be freed with it, like ones as one, with what they retain.",
    )
    .argument("<file>", "a dump (.bin or .bin.gz)")
    .argument("[what]", "an address, or a type, where the tree begins (default: all that is alive)")
    .option("--depth <n>", "steps down", wholeNumber(1), 4)
    .addOption(
      new Option("--min <size>", "leave out what retains less: a share of all such as 1%, or 500KB, 2MiB")
        .argParser(least)
        .default({ share: 0.01 }, "1%"),
    )
    .option(...JSON_OPTION)
    .addHelpText("after", helpText(EXAMPLES))
    .action(tree);
}

function least(text: string): TreeRequest["least"] {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*(%|[a-z]*)$/i.exec(text) ?? [];
  if (number && unit === "%" && Number(number) <= 100) return { share: Number(number) / 100 };
  const bytes = number && bytesOf(number, unit);
  if (!bytes && bytes !== 0) throw new InvalidArgumentError("must be like 1%, 500KB or 2MiB");
  return { bytes: BigInt(Math.round(bytes)) };
}

async function tree(file: string, what: string | undefined, options: TreeOptions): Promise<void> {
  const found = unfoldTree(await openHeap("tree", file), {
    what,
    depth: options.depth,
    least: options.min,
  });
  output(
    options,
    () => treeJson(found),
    (terminal) => treeText(found, file, terminal),
  );
}
