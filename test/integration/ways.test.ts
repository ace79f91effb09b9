// Ways between objects, what holds them kind by kind, and pictures, of real processes: objgraph's classic example, and
// types with a finalizer.
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { recordsOf } from "../support/cli.js";
import { CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters } from "../support/interpreters.js";
import type { Target } from "../support/target.js";

type JsonTable = Parameters<typeof recordsOf>[0];

interface Step {
  part: string;
  address: string;
  type: string;
}
interface Node {
  address: string;
  type: string;
  role: string;
  finalizer: string | null;
  refcount: number | null;
  extra: Record<string, string>;
}

describe.each(interpreters)("CPython $version ($library)", ({ path: python }) => {
  const workspace = new CaptureWorkspace();
  let target: Target;
  let chain: string[];

  beforeAll(async () => {
    target = await workspace.startTarget(python, "default_argument.py");
    await workspace.attachQuietly(target.pid, "fork", "heap.bin");
    chain = (await target.ask("chain")) as string[];
  });
  afterAll(() => workspace.end());

  const ways = (to: string, from: string, ...more: string[]) => {
    const { paths } = workspace.json("path", "heap.bin", to, "--from", from, ...more) as {
      paths: { path: string; steps: JsonTable }[];
    };
    return paths.map(({ path, steps }) => ({ path, steps: recordsOf<Step>(steps) }));
  };

  test("the chain reads module → function → defaults tuple → dict → dict → instance", () => {
    const [way, ...others] = ways(chain.at(-1) ?? "", "root(module)");
    expect(others).toEqual([]);
    expect(way?.path).toBe("sys.modules['__main__'].f.__defaults__[0]['first']['value']");
    const steps = way?.steps.filter(({ part }) => part !== "") ?? [];
    expect(steps.map(({ type }) => type)).toEqual([
      "module",
      "function",
      "tuple",
      "dict",
      "dict",
      "__main__.Leaked",
    ]);
    expect(steps.slice(1).map(({ address }) => address)).toEqual(chain);
    const { pattern } = workspace.json("path", "heap.bin", "Leaked", "--pattern") as { pattern: JsonTable };
    const rows = recordsOf<{ kind: string; count: number; ends: string | null; set: string }>(pattern);
    expect(rows.map(({ kind, count }) => [kind, count])).toEqual(
      ["__main__.Leaked", "dict", "dict", "tuple", "function", "module"].map((kind) => [kind, 1]),
    );
    expect(rows.at(-1)?.ends).toBe("stop");
    // Each row is a set to go on with.
    const { rows: found } = workspace.json(
      "top",
      "--by",
      "object",
      "--of",
      rows[2]?.set ?? "",
      "heap.bin",
    ) as {
      rows: unknown[][];
    };
    expect(found.map(([address]) => address)).toEqual([chain[2]]);
  });

  test("a way may go through a type, and from and to garbage", async () => {
    const [plain = "", derived = "", type = "", base = ""] = (await target.ask("derived")) as string[];
    expect(ways(base, derived)[0]?.steps.map(({ address }) => address)).toEqual([derived, type, base]);
    expect(ways(derived, plain)[0]?.path).toBe(`<__main__.Plain ${plain}>.held`);
    expect(ways(plain, derived, "--exclude", "type,function,dict,module")).toEqual([]);
    const [list = "", item = ""] = (await target.ask("lost")) as string[];
    expect(ways(item, list)[0]?.path).toBe(`<list ${list}>[0]`);
    expect(ways(list, list)[0]?.steps.map(({ address }) => address)).toEqual([list, item, list]);
  });

  test("types with __del__ are marked, and derived ones; reference counts and columns are written", async () => {
    const [plain = "", derived = ""] = (await target.ask("derived")) as string[];
    writeFileSync(workspace.path("extra.json"), JSON.stringify({ [derived]: { 'tensor "bytes"': 4096 } }));
    const drawn = (...more: string[]) => {
      const args = ["graph", "heap.bin", derived, "--extra-info", "extra.json", "--json", ...more];
      return JSON.parse(workspace.run(args).stdout) as { ways?: number; nodes: JsonTable };
    };
    const nodes = recordsOf<Node>(drawn("--filter", "Leaked").nodes);
    const marked = nodes.filter(({ finalizer }) => finalizer === "tp_finalize").map(({ type }) => type);
    expect(marked.sort()).toEqual(["__main__.Derived", "__main__.Leaked"]);
    const node = nodes.find(({ address }) => address === derived);
    expect(node).toMatchObject({ refcount: 1, extra: { 'tensor "bytes"': "4096" } });
    const { ways: count, nodes: far } = drawn("--sources", plain, "--max-depth", "0");
    expect(count).toBe(1);
    expect(recordsOf<Node>(far).map(({ address, role }) => [address, role])).toEqual([
      [derived, "explain"],
      [plain, "source"],
    ]);
    workspace.run(["graph", "heap.bin", derived, "--extra-info", "extra.json", "--refcounts", "-o", "x.dot"]);
    const dot = readFileSync(workspace.path("x.dot"), "utf8");
    expect(dot).toContain(`label="Derived\\n${derived}  `);
    expect(dot).toMatch(/1 reference\\nhas a finalizer\\ntensor \\"bytes\\": 4096"/);
    expect(dot).toContain("peripheries=2");
  });
});
