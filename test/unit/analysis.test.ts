import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { markBackEdges } from "../../src/analysis/back-edges.js";
import { parseFilter } from "../../src/analysis/filter.js";
import { type GraphEdge, holderGraph } from "../../src/analysis/graph.js";
import { holdersOf, holdsNothingElse } from "../../src/analysis/holds.js";
import { parentsOf } from "../../src/analysis/parents.js";
import { addressReuse } from "../../src/analysis/series.js";
import { topObjects } from "../../src/analysis/top.js";
import { ExitCode } from "../../src/errors.js";
import type { Heap } from "../../src/store/heap.js";
import { openHeaps } from "../../src/store/open.js";
import { terminal } from "../../src/view/terminal.js";
import { parentTree } from "../../src/view/tree.js";
import { addressReuseWarning } from "../../src/view/warnings.js";
import { TempWorkspace } from "../support/cli.js";
import { PythonHeap, type Thing } from "../support/python-heap.js";
import { shop } from "../support/sample-heaps.js";

let workspace: TempWorkspace;
beforeAll(() => {
  workspace = new TempWorkspace();
});
afterAll(() => workspace.remove());

const quiet = { onProgress() {}, onWarning() {} };
let dumps = 0;

/** Heaps side by side, the first as `main`. */
async function open(...heaps: [heap: PythonHeap, meta?: Record<string, string>][]): Promise<Heap[]> {
  const sources = heaps.map(([heap, meta], i) => {
    const path = `unit-${dumps++}.bin`;
    workspace.dump(path, heap, meta ?? {});
    return { schema: i ? `other${i}` : "main", path: workspace.path(path) };
  });
  return openHeaps(sources, quiet);
}

async function one(heap: PythonHeap): Promise<Heap> {
  return (await open([heap]))[0] as Heap;
}

describe("names of types", () => {
  const heap = new PythonHeap();
  for (const name of [
    "_asyncio.Task",
    "asyncio.base.Task",
    "shop.Task",
    "shop.models.Task",
    "dict",
    "__main__.C",
  ]) {
    heap.add(name, {}, [], 32n);
  }
  let opened: Heap;
  beforeAll(async () => {
    opened = await one(heap);
  });
  const named = (pattern: string) =>
    [...(parseFilter(opened, pattern).include?.types ?? [])].map((id) => opened.typeName(id)).sort();

  test.each([
    ["shop.Task", ["shop.Task"]],
    ["Task", ["_asyncio.Task", "asyncio.base.Task", "shop.Task", "shop.models.Task"]],
    ["asyncio.Task", ["_asyncio.Task"]],
    ["_asyncio.Task", ["_asyncio.Task"]],
    ["shop.*", ["shop.Task", "shop.models.Task"]],
    ["*.models.*", ["shop.models.Task"]],
    ["dict", ["dict"]],
    ["builtins.dict", ["dict"]],
    ["__main__.C", ["__main__.C"]],
    ["C", ["__main__.C"]],
  ])("%s finds %j", (pattern, found) => expect(named(pattern)).toEqual(found));

  test.each([
    ["shop.Tusk", /; the nearest: shop\.Task/],
    ["task", /; the nearest: .*Task/],
    ["Completely.Different", /^no type Completely\.Different in [^;]*$/],
    ["asyncio.task", /nearest: _asyncio\.Task/],
  ])("%s finds none, and the message helps", (pattern, message) => {
    expect(() => named(pattern)).toThrow(
      expect.objectContaining({ exitCode: ExitCode.Usage, message: expect.stringMatching(message) }),
    );
  });
});

describe("the same object in two dumps", () => {
  /** A hundred strings; `change` gives what stands at the place of each in the other dump. */
  function strings(
    change: (i: number) => { text: string; cut?: boolean } | null = (i) => ({ text: `s${i}` }),
  ) {
    const heap = new PythonHeap();
    for (let i = 0; i < 100; i++) {
      const content = change(i);
      heap.add("str", {}, [], 64n, content ? { content: { ...content, isText: true } } : {});
    }
    return heap;
  }
  const shared = async (now: PythonHeap, then: PythonHeap) => {
    const [heap, other] = (await open([now], [then])) as [Heap, Heap];
    const filter = parseFilter(heap, "str");
    return {
      found: topObjects(heap, "size", { filter, alsoIn: [other], notIn: [], limit: 1000 }).objects.length,
      reused: addressReuse(heap, other),
    };
  };

  test("an immutable content must be the same", async () => {
    const changed = strings((i) => ({ text: i < 3 ? "new" : `s${i}` }));
    expect(await shared(changed, strings())).toEqual({ found: 97, reused: undefined });
  });

  test("many addresses with other objects raise a doubt", async () => {
    const changed = strings((i) => ({ text: i < 30 ? "new" : `s${i}` }));
    const { found, reused } = await shared(changed, strings());
    expect(found).toBe(70);
    expect(reused).toBeCloseTo(0.29, 2);
    expect(addressReuseWarning("then.bin", reused ?? 0)).toMatch(
      /^29 % of the addresses in both dumps hold another object in then\.bin/,
    );
  });

  test("a content that was cut is compared as far as both go", async () => {
    const whole = strings((i) => ({ text: `s${i}-and-more` }));
    const cut = strings((i) => ({ text: `s${i}-`, cut: true }));
    expect(await shared(whole, cut)).toEqual({ found: 100, reused: undefined });
    const other = strings((i) => ({ text: `t${i}-`, cut: true }));
    expect((await shared(whole, other)).found).toBe(0);
    const shorter = strings((i) => ({ text: `s${i}-` }));
    expect((await shared(whole, shorter)).found).toBe(0);
  });

  test("a dump without contents is compared by address and type", async () => {
    expect(
      (
        await shared(
          strings(),
          strings(() => null),
        )
      ).found,
    ).toBe(100);
  });

  test("a type at another address is another type", async () => {
    const [now, then] = [new PythonHeap(), new PythonHeap()];
    then.type("int");
    for (const heap of [now, then]) {
      heap.type("app.Thing");
      heap.add("app.Thing", {}, [], 64n);
    }
    const [heap, other] = (await open([now], [then])) as [Heap, Heap];
    const request = { filter: parseFilter(heap, "app.Thing"), notIn: [], limit: 10 };
    expect(topObjects(heap, "size", { ...request, alsoIn: [other] }).objects).toEqual([]);
    expect(topObjects(heap, "size", { ...request, alsoIn: [] }).objects).toHaveLength(1);
  });
});

describe("holders", () => {
  test("the __dict__ of an instance is folded, unless something else holds it too", async () => {
    const heap = new PythonHeap();
    const value = heap.int(1);
    const owner = heap.instance("app.Owner", { value });
    const exposed = heap.instance("app.Owner", { value });
    const list = heap.list([exposed.references[0] as never]);
    heap.module("app", "/app.py", { owner, exposed, list });
    const opened = await one(heap);
    const id = (thing: { address: bigint }) => opened.objectAt(thing.address)?.id;
    const { holds } = holdersOf(opened, id(value) as bigint);
    expect(holds.map(({ holder, kind, label }) => ({ holder, kind, label }))).toEqual([
      { holder: id(owner), kind: "attribute", label: "value" },
      { holder: id(exposed.references[0] as never), kind: "value", label: "'value'" },
    ]);
  });

  test("the globals of a module are the module's, though functions hold them too", async () => {
    const heap = new PythonHeap();
    const value = heap.int(1);
    const module = heap.module("app", "/app.py", { VALUE: value });
    const globals = module.references[0] as never;
    for (let i = 0; i < 3; i++) heap.add("function", { named: [["field", "__globals__"]] }, [globals], 144n);
    const opened = await one(heap);
    const held = opened.objectAt(value.address)?.id as bigint;
    expect(holdersOf(opened, held).holds).toEqual([
      {
        holder: opened.objectAt(module.address)?.id,
        held,
        kind: "attribute",
        label: "VALUE",
        part: ".VALUE",
      },
    ]);
  });

  test("a holder of nothing else is known through its __dict__", async () => {
    const heap = new PythonHeap();
    const value = heap.int(1);
    const [only, both] = [heap.instance("A", { value }), heap.instance("A", { value, other: heap.int(2) })];
    heap.module("app", "/app.py", { only, both });
    const opened = await one(heap);
    const id = (thing: { address: bigint }) => opened.objectAt(thing.address)?.id as bigint;
    expect(holdsNothingElse(opened, id(only), id(value))).toBe(true);
    expect(holdsNothingElse(opened, id(both), id(value))).toBe(false);
  });

  test("a picture and a tree of holders leave weak references out, however they are looked at", async () => {
    const heap = new PythonHeap();
    const thing = heap.add("app.Thing", {}, [], 32n);
    const weak = heap.add("weakref.ReferenceType", { named: [["weak", ""]] }, [thing], 72n);
    const registry = heap.list([weak]);
    const owner = heap.slots("app.Owner", { thing, self: weak });
    heap.module("app", "/app.py", { REGISTRY: registry, OWNER: owner });
    const opened = await one(heap);
    const id = ({ address }: { address: bigint }) => opened.objectAt(address)?.id as bigint;
    const draw = (of: Thing, direction: "referrers" | "referents") => {
      const filter = parseFilter(opened, `0x${of.address.toString(16)}`);
      const limits = { maxDepth: 10, maxBreadth: 10, maxNodes: 100 };
      const highlight = { objects: new Set<bigint>(), types: new Set<bigint>() };
      const { edges } = holderGraph(opened, { filter, highlight, direction, ...limits });
      return edges.map(({ source, target, only }) => ({ source, target, only }));
    };
    const app = opened.get<{ object: bigint }>("SELECT object FROM {heap}.module")?.object;
    expect(draw(thing, "referrers")).toEqual([
      { source: id(owner), target: id(thing), only: false },
      { source: app, target: id(owner), only: false },
    ]);
    expect(draw(registry, "referents")).toEqual([{ source: id(registry), target: id(weak), only: true }]);
    const { parents, more } = parentsOf(opened, id(thing), { maxDepth: 6, maxBreadth: 3 });
    expect([parents.map(({ object }) => object.id), more]).toEqual([[id(owner)], 0n]);
  });

  test.each([
    ["module", "app", "sys.modules['app'].x"],
    ["frame", "serve.f_locals['box']", "<frame serve>.f_locals['box'].x"],
    ["thread", "MainThread", "<thread MainThread>.x"],
    ["interpreter", "sys", "<interpreter sys>.x"],
    ["static", "int", "<static int>.x"],
    ["c", "", ".x of app.Box ADDRESS  <held by C>"],
  ] as const)("a way that begins at a root of kind %s is reported whole", async (kind, name, told) => {
    const heap = new PythonHeap();
    const thing = heap.add("app.Thing", {}, [], 32n);
    const box = heap.slots("app.Box", { x: thing });
    const address = `0x${box.address.toString(16)}`;
    heap.root(box, kind, name);
    const opened = await one(heap);
    const above = parentsOf(opened, opened.objectAt(thing.address)?.id as bigint, {
      maxDepth: 6,
      maxBreadth: 3,
    });
    expect(parentTree(above, "", terminal(process.stdout, {}))).toEqual([
      `└─ ${told.replace("ADDRESS", address)}`,
    ]);
  });

  test("types and weak references hold nothing", async () => {
    const heap = new PythonHeap();
    const thing = heap.add("app.Thing", {}, [], 32n);
    heap.add("weakref.ref", { named: [["weak", ""]] }, [thing], 72n);
    const opened = await one(heap);
    expect(holdersOf(opened, opened.objectAt(thing.address)?.id as bigint).holds).toEqual([]);
    const type = opened.objectAt(heap.type("app.Thing").address);
    expect(holdersOf(opened, type?.id as bigint).holds).toEqual([]);
  });
});

describe("back edges", () => {
  const edge = (source: bigint, target: bigint): GraphEdge => ({
    source,
    target,
    holds: [],
    only: false,
    back: false,
    way: false,
  });
  const marked = (edges: GraphEdge[], direction: "referrers" | "referents") => {
    markBackEdges([1n], edges, direction);
    return edges.filter(({ back }) => back).map(({ source, target }) => `${source}>${target}`);
  };

  test("an edge that closes a circle is one, a second way is none", () => {
    expect(marked([edge(2n, 1n), edge(3n, 2n), edge(3n, 1n), edge(1n, 3n)], "referrers")).toEqual(["1>3"]);
    expect(marked([edge(1n, 2n), edge(2n, 3n), edge(1n, 3n), edge(3n, 1n)], "referents")).toEqual(["3>1"]);
    expect(marked([edge(1n, 1n)], "referrers")).toEqual(["1>1"]);
  });

  test("a chain of a hundred thousand needs no stack", () => {
    const edges = Array.from({ length: 100_000 }, (_, i) => edge(BigInt(i + 2), BigInt(i + 1)));
    expect(marked([...edges, edge(1n, 100_001n)], "referrers")).toEqual(["1>100001"]);
  });
});

test("heaps of two dumps stand side by side", async () => {
  const [now, then] = (await open([shop({ sessions: 5 }).heap], [shop().heap])) as [Heap, Heap];
  const count = (heap: Heap) => heap.types().find(({ name }) => name === "shop.models.Session")?.count;
  expect([count(now), count(then)]).toEqual([5n, 3n]);
});

test("more dumps than SQLite can attach are a usage error", async () => {
  const sources = Array.from({ length: 12 }, (_, i) => ({ schema: `h${i}`, path: "x" }));
  await expect(openHeaps(sources, quiet)).rejects.toMatchObject({ exitCode: ExitCode.Usage });
});
