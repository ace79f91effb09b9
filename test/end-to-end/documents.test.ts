import { describe, expect } from "vitest";
import { recordsOf } from "../support/cli.js";
import { test } from "../support/fixtures.js";
import { hex } from "../support/python-heap.js";
import { after } from "../support/sample-dumps.js";

describe("JSON", () => {
  test("info", ({ sampleDumps }) => {
    const document = sampleDumps.json("info", "after.bin");
    expect(document).toMatchObject({
      file: "after.bin",
      format: 1,
      complete: true,
      problems: [],
      objects: after.heap.things.length,
      meta: { pid: "4242", route: "pending-call" },
    });
    expect(document.size).toBe(Number(after.heap.things.reduce((sum, { size }) => sum + size, 0n)));
    expect(document.types.columns).toEqual(["type", "address", "count", "size"]);
  });

  test("top, in .bin and .bin.gz alike", ({ sampleDumps }) => {
    const document = sampleDumps.json("top", "after.bin", "-n", "3");
    expect(document).toEqual(sampleDumps.json("top", "after.bin.gz", "-n", "3"));
    const largest = [...after.heap.things].sort((a, b) => Number(b.size - a.size)).slice(0, 3);
    expect(recordsOf(document).map(({ address, size }) => [address, size])).toEqual(
      largest.map((thing) => [hex(thing), Number(thing.size)]),
    );
  });

  test("top --show-parents nests lists", ({ sampleDumps }) => {
    const [row] = recordsOf(
      sampleDumps.json("top", "--filter", hex(after.cache), "--show-parents", "after.bin"),
    );
    const [parent] = recordsOf(row?.parents as never);
    expect(parent).toMatchObject({
      type: "module",
      kind: "attribute",
      label: "CACHE",
      roots: [{ kind: "module", name: "shop.service" }],
    });
  });

  test("top --by type counts what is in both, or new", ({ sampleDumps }) => {
    const count = (type: string, ...args: string[]) =>
      recordsOf(sampleDumps.json("top", "--by", "type", "-n", "100", ...args, "after.bin")).find(
        (row) => row.name === type,
      )?.count;
    expect(count("shop.models.Session")).toBe(12);
    expect(count("shop.models.Session", "--previous", "before.bin")).toBe(3);
    expect(count("shop.models.Session", "--exclude", "before.bin")).toBe(9);
    expect(count("float", "--exclude", "before.bin")).toBe(1);
    expect(count("float", "--previous", "before.bin")).toBeUndefined();
  });

  test("graph names roles, edges and what is left out", ({ sampleDumps }) => {
    const filter = `${hex(after.chain.at(-1) as never)},!list`;
    const document = sampleDumps.json("graph", "--filter", filter, "--max-depth", "30", "after.bin");
    const nodes = recordsOf(document.nodes);
    expect(nodes.map(({ role }) => role)).toEqual(["explain", ...Array(9).fill("plain"), "excluded"]);
    expect(nodes.map(({ depth }) => depth)).toEqual(nodes.map((_, depth) => depth));
    const edges = recordsOf(document.edges);
    expect(edges.map(({ labels }) => labels)).toEqual([
      ...Array(9).fill([{ kind: "slot", label: "next" }]),
      [{ kind: "item", label: "0" }],
    ]);
    expect(edges.map(({ only }) => only)).toEqual([...Array(9).fill(true), false]);
    expect(document.omitted).toEqual({ explained: 0, breadth: 0, depth: 0, nodes: 0 });
  });

  test("sql gives large integers as strings, and values as SQLite has them", ({ sampleDumps }) => {
    const query = "SELECT 9007199254740993, 9007199254740991, 1.5, NULL, 'x', x'00ff'";
    expect(sampleDumps.json("sql", "after.bin", query).rows).toEqual([
      ["9007199254740993", 9007199254740991, 1.5, null, "x", "00ff"],
    ]);
    const sizes = sampleDumps.json("sql", "huge.bin", "SELECT size FROM object ORDER BY size DESC LIMIT 3");
    expect(sizes).toEqual({
      columns: ["size"],
      rows: [[String(2n ** 60n + 1n)], [String(2n ** 53n + 3n)], [String(2n ** 53n + 1n)]],
    });
  });

  test("sql --schema", ({ sampleDumps }) => {
    const document = sampleDumps.json("sql", "--schema");
    expect(document.columns).toEqual(["table", "column", "type", "description"]);
    expect(
      recordsOf(document).find(({ table, column }) => table === "object" && column === "address"),
    ).toBeDefined();
  });
});
