// What people asked heapy inside a process, asked of a dump of it: the story of its tutorial, with the figures that the
// process itself reckons, and the rest of its questions (docs/sets.md). The answers are the same on every version.
import { afterAll, beforeAll, describe, expect } from "vitest";
import { recordsOf } from "../support/cli.js";
import { CaptureWorkspace, test } from "../support/fixtures.js";
import { interpreters, newest } from "../support/interpreters.js";

interface Total {
  count: number;
  size: number;
}

interface Truth {
  names: Total;
  data: Total;
  keys: Total;
  freed: Total;
  notice: number;
  packages: number;
}

interface Row extends Total {
  row: number;
  name: string | null;
  retained: number;
  cumulative: number;
  set: string | null;
}

interface Table {
  columns: string[];
  rows: unknown[][];
  total: Total;
  freed: Total;
}

const VERSIONS = ["3.8", "3.11", "3.13", "3.14"];
const chosen = VERSIONS.flatMap(
  (version) => interpreters.find((one) => one.version.startsWith(`${version}.`)) ?? [],
);

describe.each(chosen.length > 0 ? chosen : [newest])("CPython $version", ({ path: python }) => {
  const workspace = new CaptureWorkspace();
  let before: Truth;
  let after: Truth;

  beforeAll(async () => {
    const target = await workspace.startTarget(python, "packages.py");
    const dump = async (name: string) =>
      expect(await workspace.attach([target.pid, "-o", name])).toMatchObject({ status: 0 });
    before = (await target.ask("packages")) as Truth;
    await dump("base.bin");
    expect(await target.ask("grow")).toBe("grown");
    after = (await target.ask("packages")) as Truth;
    await dump("now.bin");
  }, 60_000);
  afterAll(() => workspace.end());

  const top = (...args: string[]): Table & { of(name: string): Row | undefined; records: Row[] } => {
    const { status, stdout, stderr } = workspace.run(["top", "--json", "-n", "1000000", ...args]);
    expect({ args, status, stderr }).toMatchObject({ status: 0 });
    const table = JSON.parse(stdout) as Table;
    const records = recordsOf<Row>(table);
    return { ...table, records, of: (name) => records.find((row) => row.name === name) };
  };
  const base = (by: string, set: string) => top("--by", by, "--of", set, "base.bin");
  const PACKAGE = "__main__.Package";

  test("the tutorial", () => {
    // Which kinds are there, and who holds the strings?
    expect(base("kind", "all").of(PACKAGE)).toMatchObject({ count: before.packages });
    const held = `${PACKAGE}, dict, weakref.KeyedRef`;
    const names = base("rcs", "str").of(held);
    expect(names).toMatchObject({ ...before.names, retained: before.names.size });
    // Going on from that row: how are they held?
    const ways = base("via", names?.set ?? "");
    expect(ways.records).toMatchObject([{ name: ".cpvstr, .key, .keys()", ...before.names }]);
    expect(base("unity", "all/rcs:0 & via(< .key)").total).toEqual({ count: 0, size: 0 });
    expect(base("unity", `Package.cpvstr & via(< .key)`).total.count).toBe(0);
    expect(base("unity", `Package.cpvstr & via(> .key)`).total).toEqual(before.names);

    // The dicts under `data`, what goes with them, and that much of it only all of them hold together.
    const data = base("via", "Package.data");
    expect(data.records).toMatchObject([{ name: ".data", ...before.data, retained: before.freed.size }]);
    expect(data.total).toEqual(before.data);
    expect(data.freed).toEqual(before.freed);
    const alone = workspace.run([
      "sql",
      "--json",
      "base.bin",
      "SELECT sum(retained) FROM object WHERE id IN (SELECT id FROM members('Package.data'))",
    ]);
    expect(JSON.parse(alone.stdout).rows).toEqual([[before.freed.size - before.notice]]);

    // Their keys: two strings that are there again and again.
    const keys = base("content", "Package.data.keys()");
    expect(keys.records.map(({ name, count }) => [name, count]).sort()).toEqual(
      [
        ["'DESCRIPTION'", before.packages],
        ["'_eclasses_'", before.packages],
        ...["DEPEND", "EAPI", "IUSE", "KEYWORDS", "LICENSE", "RDEPEND", "SLOT"].map((key) => [`'${key}'`, 1]),
      ].sort(),
    );
    expect(
      base("unity", "Package.data.keys() & content('DESCRIPTION') | Package.data.keys() & content(_ecl*)")
        .total,
    ).toEqual(before.keys);

    // What is under `_eclasses_`: a dict of three tuples each.
    expect(base("kind", "Package.data['_eclasses_']").records).toMatchObject([
      { name: "dict", count: before.packages },
    ]);
    expect(base("kind", "Package.data['_eclasses_'][*]").records).toMatchObject([
      { name: "tuple", count: 3 * before.packages },
    ]);
  });

  test("what is new since a dump (hp.setrelheap)", () => {
    const grown = after.packages - before.packages;
    const fresh = top("--by", "kind", "--of", "new", "--since", "base.bin", "now.bin");
    expect(fresh.of(PACKAGE)?.count).toBe(grown);
    expect(fresh.of("tuple")?.count).toBeGreaterThanOrEqual(3 * grown);
    const names = top("--by", "rcs", "--of", "str & new", "--since", "base.bin", "now.bin");
    expect(names.of(`${PACKAGE}, dict, weakref.KeyedRef`)).toMatchObject({
      count: after.names.count - before.names.count,
      size: after.names.size - before.names.size,
    });
    const kept = top("--by", "kind", "--of", "kept & Package", "--since", "base.bin", "now.bin");
    expect(kept.records).toMatchObject([{ name: PACKAGE, count: before.packages }]);
  });

  test("every partition holds each object once, and its rows are sets (h[0].byrcs[0])", () => {
    const whole = base("unity", "all");
    expect(whole.records).toHaveLength(1);
    expect(whole.records[0]).toMatchObject({ ...whole.total, cumulative: whole.total.size });
    for (const by of [
      "type",
      "kind",
      "rcs",
      "via",
      "size",
      "content",
      "module",
      "owner",
      "path",
      "line",
      "kind,size",
    ]) {
      const { records, total, freed } = base(by, "all");
      expect(total, by).toEqual(whole.total);
      expect(freed, by).toEqual(whole.freed);
      expect(
        records.reduce((sum, { count }) => sum + count, 0),
        by,
      ).toBe(total.count);
      expect(records.at(-1)?.cumulative, by).toBe(total.size);
      expect(
        records.map(({ row }) => row),
        by,
      ).toEqual([...records.keys()]);
      const first = records[0] as Row;
      const again = base("unity", first.set ?? "");
      expect(again.total, by).toEqual({ count: first.count, size: first.size });
      expect(again.freed.size, by).toBe(first.retained);
    }
    const rows = base("rcs", "all/kind:0/rcs:0");
    expect(rows.records).toHaveLength(1);
    const up = base("rcs", "referrers(all/kind:0/rcs:0)");
    expect(up.total.count).toBeGreaterThan(0);
    for (const sort of ["count", "retained"]) {
      const { records } = top("--by", "kind", "--sort", sort, "base.bin");
      const figures = records.map((row) => row[sort as "count" | "retained"]);
      expect(figures).toEqual([...figures].sort((a, b) => b - a));
      expect(new Set(records.map(({ row }) => row)).size).toBe(records.length);
    }
    expect(base("id", "Package").records).toHaveLength(before.packages);
    expect(base("size", "Package.data").records).toHaveLength(1);
  });

  test("dominos, immediate dominators, and sets by kind, size and holders", () => {
    const count = (set: string) => base("unity", set).total.count;
    expect(base("unity", "freed(Package.data)").total).toEqual(before.freed);
    // The dicts are held by the packages alone, whatever has their attributes.
    expect(base("kind", "holders(Package.data)").records).toMatchObject([
      { name: PACKAGE, count: before.packages },
    ]);
    expect(base("kind", "referrers(Package.data)").records).toMatchObject([
      { name: PACKAGE, count: before.packages },
    ]);
    expect(count("Package.data & by(Package)")).toBe(before.packages);
    expect(count("Package.repo")).toBe(1);
    expect(count("Repository & referents(Package)")).toBe(1);
    expect(count("subtypes(dict) - dict")).toBe(count("subtypes(dict)") - count("dict"));
    expect(count("Package & size(> 0)")).toBe(before.packages);
    expect(count("owner('*PACKAGES') & Package")).toBe(before.packages);
    expect(count("module(__main__) & Package.data")).toBe(before.packages);
    expect(count("alive | garbage")).toBe(count("all"));
    expect(count("reach(Package) & Package.data.keys()")).toBe(count("Package.data.keys()"));
    expect(count("~all")).toBe(0);
    expect(count("root(module)")).toBeGreaterThan(10);
  });
});

test("the other commands take sets, too", ({ sampleDumps }) => {
  const json = (...args: string[]) => sampleDumps.json(...args);
  const count = (set: string) =>
    (json("top", "--by", "unity", "--of", set, "after.bin").total as Total).count;
  const session = "Session.body & size(> 10 KiB)";
  expect(count(session)).toBe(11);
  const paths = recordsOf<{ count: number; path: string }>(json("path", "after.bin", session).paths as never);
  expect(paths).toMatchObject([{ count: 11, path: "sys.modules['shop.service'].CACHE[*].body" }]);
  const around = recordsOf<{ count: number; path: string }>(
    json("path", "--exclude", ".CACHE", "after.bin", session).paths as never,
  );
  expect(around.reduce((sum, row) => sum + row.count, 0)).toBe(11);
  expect(around.every(({ path }) => !path.includes("CACHE"))).toBe(true);
  // A set of one object is that object.
  expect(json("path", "after.bin", "Session.user & content('user-3')")).toMatchObject({ type: "str" });
  const graph = json("graph", "--of", session, "--max-breadth", "20", "after.bin");
  expect(recordsOf(graph.nodes as never).filter(({ role }) => role === "explain")).toHaveLength(11);
  const [growth] = recordsOf<{ name: string; count: number; new: number; gone: number }>(
    json("diff", "--of", "Session.body", "before.bin", "after.bin") as never,
  );
  expect(growth).toMatchObject({ name: "bytes", count: 12, new: 9, gone: 0 });
  expect(sampleDumps.run(["diff", "--of", "Sesion", "before.bin", "after.bin"]).stderr).toContain(
    "no type Sesion",
  );
  expect(json("path", "--since", "before.bin", "after.bin", "new & Session")).toMatchObject({ count: 9 });
  expect(
    json("graph", "--of", "new & Session", "--since", "before.bin", "--max-breadth", "20", "after.bin"),
  ).toMatchObject({ omitted: { explained: 0 } });
  const wasted = (...of: string[]) =>
    recordsOf<{ kind: string; type: string; count: number }>(
      json("waste", "--all", ...of, "wasteful.bin") as never,
    );
  expect(wasted("--of", "str").length).toBeGreaterThan(0);
  expect(wasted("--of", "str")).toEqual(
    wasted().filter(({ kind, type }) => kind === "duplicate" && type === "str"),
  );
  expect(wasted("--of", "all")).toEqual(wasted());
  const held = (...of: string[]) =>
    recordsOf<{ type: string }>(json("held-by-c", "--all", ...of, "fork.bin") as never);
  expect(held("--of", "all")).toEqual(held());
  expect(held("--of", "all - all")).toEqual([]);
  const exported = json(
    "export",
    "--to",
    "sqlite",
    "-o",
    "part.sqlite",
    "--of",
    "Session | Session.body",
    "after.bin",
  );
  expect(exported).toMatchObject({ objects: 24, references: 0 });
});

test("a mistake is one line with a caret under its place", ({ sampleDumps }) => {
  for (const [set, caret, what] of [
    ["str & pkage", 6, "no type pkage"],
    ["str & (dict", 11, ") should stand here"],
    ["shop.models.Sesion", 0, "the nearest: shop.models.Session"],
    ["new", 0, "--since FILE"],
    ["all/rcs:999", 3, "there is no row 999"],
  ] as const) {
    const { status, stderr } = sampleDumps.run(["top", "--of", set, "after.bin"]);
    const [first, text, place] = stderr.split("\n");
    expect({ status, first, text, place }).toEqual({
      status: 2,
      first: expect.stringContaining(what),
      text: `  ${set}`,
      place: `  ${" ".repeat(caret)}^`,
    });
  }
});
