// Which graphs are drawn of collections, and what is in them.
import { describe, expect, test } from "vitest";
import { type DrawOptions, drawCollections } from "../../src/analysis/gc-graph.js";
import type { Run } from "../../src/model/gc-log.js";
import { runsOf } from "../../src/model/gc-log.js";
import { columnsOf, look } from "../../src/view/gc-style.js";
import { address, addressOf, sampleLog } from "../support/sample-log.js";

const runs = runsOf(sampleLog).map((run, i) => ({ name: `run ${i + 1}`, run }));

const draw = (options: Partial<DrawOptions> = {}, of = runs) =>
  drawCollections(of, {
    objectsOnly: false,
    reverse: false,
    limit: 1000,
    allTypes: false,
    extra: new Map(),
    graphs: 1000,
    ...options,
  });

const names = (addresses: string[]) => {
  const known = new Map(Object.entries(addressOf).map(([name, at]) => [at, name]));
  return addresses.map((at) => known.get(at) ?? at).sort();
};

describe("graphs", () => {
  test("each run has its objects and each phase, the second of a name with a number", () => {
    const { drawings } = draw();
    const again = [
      "update_refs (2)",
      "subtract_refs (2)",
      "move_unreachable (2)",
      "handle_resurrected_objects",
    ];
    const phases = ["update_refs", "subtract_refs", "move_unreachable", "move_legacy_finalizers", ...again];
    expect(drawings.map(({ run, phase }) => [run, phase])).toEqual(
      ["run 1", "run 2"].flatMap((run) => [undefined, ...phases].map((phase) => [run, phase])),
    );
    const last = drawings.at(-1);
    expect(last?.lists).toEqual([
      { name: "resurrected", count: 1 },
      { name: "still_unreachable", count: 3 },
    ]);
    expect(drawings[4]?.lists).toContainEqual({ name: "finalizers", count: 0 });
    expect(
      names(last?.nodes.flatMap((node) => (node.list === "resurrected" ? node.address : [])) ?? []),
    ).toEqual(["upload"]);
  });

  test("-r draws all runs, the last first, also of one alone", () => {
    const order = draw({ reverse: true, objectsOnly: true }).drawings.map(({ run }) => run);
    expect(order).toEqual(["run 2", "run 1"]);
    expect(draw({ reverse: true, objectsOnly: true }, runs.slice(0, 1)).drawings).toHaveLength(1);
  });

  test("-l is exact, and what was found unreachable comes first", () => {
    for (let limit = 1; limit <= 9; limit++) {
      const [, objects] = draw({ limit, objectsOnly: true, allTypes: true }).drawings;
      expect(objects?.nodes).toHaveLength(limit);
      expect(objects?.omitted.limit).toBe(9 - limit);
    }
    const [, objects] = draw({ limit: 5, objectsOnly: true }).drawings;
    const garbage = ["body", "handle", "request", "session", "upload"];
    expect(names(objects?.nodes.map((node) => node.address) ?? [])).toEqual(garbage);
  });

  test("common types are left out and counted, and objects without references are not", () => {
    const [, some] = draw({ objectsOnly: true }).drawings;
    expect(some?.omitted).toEqual({ limit: 0, common: 2 });
    expect(names(some?.nodes.map((node) => node.address) ?? [])).toContain("cache");
    const [, all] = draw({ objectsOnly: true, allTypes: true }).drawings;
    expect(all?.nodes).toHaveLength(9);
  });

  test("--type: that type exactly, its direct children and all that leads to it", () => {
    const of = (type: string) =>
      names(draw({ objectsOnly: true, type }).drawings[1]?.nodes.map((node) => node.address) ?? []);
    expect(of("list")).toEqual(["body", "cache", "function", "globals", "module", "request", "session"]);
    expect(of("app.Session")).toEqual(["body", "request", "session"]);
    expect(of("Session")).toEqual(of("app.Session"));
    expect(of("Sess")).toEqual([]);
    expect(of("module")).toEqual(["globals", "module"]);
  });

  test("references between the same two are one arrow with its count", () => {
    const edges = [
      [address(0), address(1)],
      [address(0), address(1)],
      [address(1), address(9)],
    ];
    const nodes = { [address(0)]: { t: "a" }, [address(1)]: { t: "b" } };
    const run = [
      "gc_collect_main",
      "",
      ["nodes", "young", nodes],
      ["edges", "young", edges],
    ] as unknown as Run;
    const [drawing] = draw({}, [{ name: "run", run }]).drawings;
    const ends = drawing?.edges.map(({ source, target, count }) => [
      drawing.nodes[source]?.address,
      drawing.nodes[target]?.address,
      count,
    ]);
    expect(ends).toEqual([[address(0), address(1), 2]]);
  });

  test("many runs are drawn as far as they fit", () => {
    const nodes = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [address(i), {}]));
    const run: Run = ["gc_collect_main", "", ["nodes", "young", nodes]];
    const { drawings, runs: drawn } = draw({}, Array(500).fill({ name: "run", run }));
    expect({ graphs: drawings.length, drawn }).toEqual({ graphs: 200, drawn: 200 });
  });
});

test("colours are those of the count that the phase has, and the columns have all that is known", () => {
  const node = {
    address: "0x10",
    list: "base",
    node: { t: "a", rc: 3 },
    state: {},
    extra: new Map([["size", "24"]]),
  };
  const fills = [0, 1, 2, 3, 4, 99, "99999999999999999999"].map(
    (gr) => look({ ...node, state: { gr } }).fill,
  );
  expect(fills).toEqual(["#000000", "#d32f2f", "#2e7d32", "#1565c0", "#ffffff", "#ffffff", "#ffffff"]);
  expect(look(node)).toMatchObject({ fill: "#1565c0", shape: "ellipse", dashed: false });
  const managed = look({ ...node, node: { ntv: false, rc: 0 } });
  expect(managed).toMatchObject({ fill: "#9e9e9e", shape: "hexagon" });
  expect(look({ ...node, node: {} })).toMatchObject({ dashed: true });
  expect(columnsOf({ ...node, state: { gr: 0, nr: true } })).toEqual([
    ["address", "0x10"],
    ["list", "base"],
    ["type name", "a"],
    ["ref count", "3"],
    ["gc refcount", "0"],
    ["is unreachable", "true"],
    ["size", "24"],
  ]);
});
