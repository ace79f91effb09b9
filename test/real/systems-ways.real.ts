// What objgraph and heapy say inside a process, and what heapdump says of a dump of it: chains, pictures, and patterns of
// what holds objects. Both take a `__dict__` for one with its owner here; docs/sets.md.
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { recordsOf } from "../support/cli.js";
import { CaptureWorkspace, test } from "../support/fixtures.js";
import type { Target } from "../support/target.js";
import { environment, realInterpreters } from "./environment.js";

const PROGRAM = fileURLToPath(new URL("programs/systems_ways.py", import.meta.url));

interface Step {
  part: string;
  address: string;
  type: string;
}
interface Line {
  row: number;
  parent: number | null;
  depth: number;
  kind: string;
  count: number;
  ends: string | null;
}

const MARKS: Record<string, string> = { R: "root", S: "stop", "-": "", "+": "depth" };

describe.each(realInterpreters)("CPython $version ($library)", (interpreter) => {
  const workspace = new CaptureWorkspace();
  let target: Target;
  let packages: string[];

  beforeAll(async () => {
    const found = environment(interpreter, ["objgraph", "guppy3"]);
    packages = found.packages;
    if (!packages.includes("objgraph")) return;
    target = await workspace.startTarget(found.python, PROGRAM);
    await workspace.attachQuietly(target.pid, "fork", "heap.bin");
  });
  afterAll(() => workspace.end());

  const address = (name: string) => target.ask(`address ${name}`) as Promise<string>;
  const chain = (to: string, from: string): string[] => {
    const { paths } = workspace.json("path", "heap.bin", to, "--from", from, "-n", "1") as unknown as {
      paths: { steps: Parameters<typeof recordsOf>[0] }[];
    };
    const steps = recordsOf<Step>(paths[0]?.steps as Parameters<typeof recordsOf>[0]);
    return steps.filter(({ part }) => part !== "").map((step) => step.address);
  };

  test.for(["default", "cell", "registry", "last", "item", "ring"])(
    "find_backref_chain(%s, is_proper_module)",
    async (name, { skip }) => {
      if (!packages.includes("objgraph")) skip("there is no objgraph for it");
      expect(chain(await address(name), "root(module)")).toEqual(await target.ask(`backward ${name}`));
    },
  );

  test.for(["function default", "chain last", "single item", "ring chain", "last chain"])(
    "find_ref_chain(%s)",
    async (names, { skip }) => {
      if (!packages.includes("objgraph")) skip("there is no objgraph for it");
      const [start = "", end = ""] = await Promise.all(names.split(" ").map(address));
      const theirs = (await target.ask(`forward ${names}`)) as string[];
      // "Returns [obj] if such a chain could not be found."
      if (theirs.length > 1) return expect(chain(end, start)).toEqual(theirs);
      const text = workspace.run(["path", "heap.bin", end, "--from", start, "--max-depth", "20"]).stdout;
      expect(text).toBe(`No path of at most 20 references from ${start} to ${end}.\n`);
    },
  );

  // Not of what a class holds: objgraph draws all instances, since they refer to it.
  test.for(["default", "cell", "last", "item"])("show_backrefs(%s)", async (name, { skip }) => {
    if (!packages.includes("objgraph")) skip("there is no objgraph for it");
    const limits = ["--max-depth", "20", "--max-breadth", "1000"];
    // 3.11 has no frame here that is an object.
    const { rows } = workspace.json("sql", "heap.bin", "SELECT name FROM type WHERE name = 'frame'");
    const only = [
      "--only",
      `~(${[...(rows as string[]), "function", "builtin_function_or_method"].join(" | ")})`,
    ];
    const drawn = workspace.json("graph", "heap.bin", await address(name), ...limits, ...only) as unknown as {
      nodes: Parameters<typeof recordsOf>[0];
    };
    const ours = recordsOf<{ address: string }>(drawn.nodes).map((node) => node.address);
    expect(ours.sort()).toEqual(((await target.ask(`picture ${name}`)) as string[]).sort());
  });

  test.for(["sessions", "items", "first", "ring", "values"])("heapy's rp of %s", async (name, { skip }) => {
    if (!packages.includes("guppy3")) skip("there is no guppy3 for it");
    const theirs = (await target.ask(`pattern ${name}`)) as [number, string, number, string][];
    const set = await patternSet(name);
    const { pattern } = workspace.json("path", "heap.bin", set, "--pattern", "-n", "1000") as unknown as {
      pattern: Parameters<typeof recordsOf>[0];
    };
    const ours = recordsOf<Line>(pattern).map(({ depth, kind, count, ends }) => [
      depth,
      kind,
      count,
      ends ?? "",
    ]);
    const told = theirs.map(([depth, kind, count, mark]) => [
      depth,
      kind,
      count,
      mark.startsWith("^") ? "same" : MARKS[mark],
    ]);
    expect(ours).toEqual(told);
  });

  const patternSet = async (name: string): Promise<string> => {
    switch (name) {
      case "sessions":
        return "'__main__.Session'";
      case "items":
        return "('__main__.Session').items";
      case "first":
        return await address("chain");
      case "ring":
        return await address("ring");
      default:
        return `(${await address("last")}).value`;
    }
  };
});
