// Groups of objects, beside what plain SQL and a plain program make of the same objects.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseFilter } from "../../src/analysis/filter.js";
import { topParts } from "../../src/analysis/top.js";
import { program } from "../../src/cli/main.js";
import { GROUPINGS, type Grouping } from "../../src/model/groupings.js";
import type { Heap } from "../../src/store/heap.js";
import { openDatabase, openHeaps } from "../../src/store/open.js";
import { TempWorkspace } from "../support/cli.js";
import type { Thing } from "../support/python-heap.js";
import { shop } from "../support/sample-heaps.js";
import { sessionSites, TRACED } from "../support/sample-sites.js";

const workspace = new TempWorkspace();
afterAll(() => workspace.remove());

interface Group {
  name: string | null;
  count: bigint;
  size: bigint;
  retained: bigint;
}

interface Member {
  id: bigint;
  type: bigint;
  size: bigint;
  retained: bigint;
  dominator: bigint | null;
  garbage: bigint;
  group: string | null;
}

let heap: Heap;
let before: Heap;

beforeAll(async () => {
  const sites = (sessions: Thing[], first: number) => [TRACED, 2, sessionSites(sessions, first)] as const;
  const [earlier, later] = [shop({ sessions: 3 }), shop({ sessions: 7, later: true })];
  workspace.dump("before.bin", earlier.heap, {}, ...sites(earlier.sessions, 1));
  workspace.dump("after.bin", later.heap, {}, ...sites(later.sessions, 1));
  [heap, before] = (await openHeaps(
    [
      { schema: "main", path: workspace.path("after.bin") },
      { schema: "before", path: workspace.path("before.bin") },
    ],
    { onProgress: () => {} },
  )) as [Heap, Heap];
});

/** The name of the group of each object, as SQL alone says it; modules have no column, and come from the paths. */
const NAME = {
  type: "(SELECT name FROM {heap}.type AS t WHERE t.id = o.type)",
  owner: "o.owner",
  module: `(SELECT m.name FROM {heap}.path_to_root(o.id) AS p JOIN {heap}.root AS m ON m.object = p.id AND m.kind = 'module'
             ORDER BY p.step DESC LIMIT 1)`,
  line: "(SELECT f.name FROM {heap}.site_frame AS f WHERE f.site = o.site_id AND f.depth = 0)",
  kind: "o.kind",
  size: "CAST(o.size AS TEXT)",
  unity: "'all'",
} satisfies Partial<Record<Grouping, string>>;
type Named = keyof typeof NAME;

function members(by: Named, where = "TRUE"): Member[] {
  return heap.all<Member>(
    `SELECT id, type, size, retained, dominator, garbage, ${NAME[by]} AS "group" FROM {heap}.object AS o WHERE ${where}`,
  );
}

/** What is not reached from a root without these objects, and these themselves: their sizes. */
function freedSize(ids: Set<bigint>): bigint {
  graph ??= readGraph();
  const { size, held, begins } = graph;
  const reach = (without: Set<bigint>) => {
    const found = new Set<bigint>();
    const open = begins.filter((id) => !without.has(id));
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (found.has(id) || without.has(id)) continue;
      found.add(id);
      open.push(...(held.get(id) ?? []));
    }
    return found;
  };
  const left = reach(ids);
  const freed = new Set([...ids, ...[...reach(new Set())].filter((id) => !left.has(id))]);
  return [...freed].reduce((sum, id) => sum + (size.get(id) ?? 0n), 0n);
}

interface Graph {
  size: Map<bigint, bigint>;
  held: Map<bigint, bigint[]>;
  begins: bigint[];
}
let graph: Graph | undefined;

function readGraph(): Graph {
  const objects = heap.all<{ id: bigint; size: bigint; begins: bigint }>(
    `SELECT id, size, immortal = 1 OR depth IS 0 OR EXISTS (SELECT 1 FROM {heap}.root WHERE object = id) AS begins
       FROM {heap}.object`,
  );
  const held = new Map<bigint, bigint[]>();
  for (const { source, target } of heap.all<{ source: bigint; target: bigint }>(
    "SELECT source, target FROM {heap}.reference WHERE kind <> 'weak'",
  )) {
    held.set(source, [...(held.get(source) ?? []), target]);
  }
  return {
    size: new Map(objects.map(({ id, size }) => [id, size])),
    held,
    begins: objects.filter(({ begins }) => begins === 1n).map(({ id }) => id),
  };
}

/** By name: count, size, and what would be freed with all of them. */
function grouped(objects: Member[]): Group[] {
  const groups = new Map<string | null, Group & { ids: Set<bigint> }>();
  for (const { id, group, size } of objects) {
    const known = groups.get(group) ?? { name: group, count: 0n, size: 0n, retained: 0n, ids: new Set() };
    groups.set(group, known);
    known.count++;
    known.size += size;
    known.ids.add(id);
  }
  return [...groups.values()]
    .map(({ ids, ...group }) => ({ ...group, retained: freedSize(ids) }))
    .sort(byName);
}

const byName = (a: { name: string | null }, b: { name: string | null }) =>
  (a.name ?? "").localeCompare(b.name ?? "");

const ask = (by: string, objects = ""): Group[] =>
  heap
    .all<Group>(`SELECT name, count, size, retained FROM {heap}.partition('${by}', 'all'${objects})`)
    .sort(byName);

test("the registry, the help of top and of diff, and the docs have the same groupings", async () => {
  const db = openDatabase();
  const names = db.prepare("SELECT name FROM grouping").pluck().all();
  db.close();
  expect(names).toEqual([...GROUPINGS]);
  const help = async (command: string) =>
    (await program([command])).commands
      .find((known) => known.name() === command)
      ?.options.find(({ long }) => long === "--by")?.description;
  for (const command of ["top", "diff"]) expect(await help(command)).toContain(names.join(", "));
  for (const name of names) {
    expect(heap.get(`SELECT sum(count) AS n FROM {heap}.partition(?)`, name as string)).toEqual({
      n: heap.totals().count,
    });
    expect(heap.get(`SELECT sum(count) AS n FROM {heap}.diff('before', ?)`, name as string)).toEqual({
      n: heap.totals().count,
    });
    expect(heap.get(`SELECT sum(count) AS n FROM {heap}.counts(?)`, name as string)).toEqual({
      n: heap.totals().count,
    });
  }
  const page = readFileSync(new URL("../../docs/commands.md", import.meta.url), "utf8");
  const sections = page.split(/^## /m).filter((section) => /^heapdump (top|diff) /.test(section));
  expect(sections).toHaveLength(2);
  for (const section of sections) {
    const row = section.split("\n").find((line) => line.startsWith("| `--by"));
    for (const name of names) expect(row).toContain(name);
  }
});

test("an unknown grouping is refused, and those that there are are named", () => {
  for (const table of ["partition('colour')", "diff('before', 'colour')"]) {
    expect(() => heap.all(`SELECT * FROM {heap}.${table}`)).toThrow(
      "no grouping 'colour': it is one of type, owner, path, module",
    );
  }
});

test("by package: those of its modules, with whose they are", () => {
  const groups = (by: string) =>
    new Map(
      heap
        .all<{ name: string; count: bigint }>(
          `SELECT name, count FROM {heap}.partition('${by}') WHERE name IS NOT NULL`,
        )
        .map(({ name, count }) => [name, count]),
    );
  const expected = new Map<string, bigint>();
  for (const [module, count] of groups("module")) {
    const [own = ""] = module.split(".");
    expected.set(own, (expected.get(own) ?? 0n) + count);
  }
  const found = groups("package");
  expect(new Map([...found].map(([name, count]) => [name.replace(/ \(\w+\)$/, ""), count]))).toEqual(
    expected,
  );
  expect([...found.keys()]).toContain("shop (program)");
});

describe.each(["type", "owner", "module", "kind", "size", "unity"] as const)("by %s", (by) => {
  test("groups have what plain SQL counts, and retain what no root reaches without them", () => {
    expect(ask(by)).toEqual(grouped(members(by)));
  });

  test("of a set of objects only these count", () => {
    for (const where of ["o.size > 60", "o.id % 3 = 0", "o.garbage = 1", "FALSE", "TRUE"]) {
      const set = `, (SELECT object_set(o.id) FROM {heap}.object AS o WHERE ${where})`;
      expect(ask(by, set), where).toEqual(grouped(members(by, where)));
    }
  });

  test("top counts what its options name, and nothing else", () => {
    const session = "o.type = (SELECT id FROM {heap}.type WHERE name = 'shop.models.Session')";
    const same =
      "EXISTS (SELECT 1 FROM {heap}.same_as('before') AS s WHERE s.id = o.id AND s.same IS NOT NULL)";
    const largest = heap.get<{ address: bigint }>("SELECT address FROM {heap}.object ORDER BY size DESC");
    const address = `0x${largest?.address.toString(16)}`;
    for (const [filter, alsoIn, notIn, where] of [
      [undefined, [], [], "TRUE"],
      ["Session", [], [], session],
      ["!Session", [], [], `NOT ${session}`],
      [`!${address}`, [], [], `o.address <> ${address}`],
      [`${address},Session`, [], [], `(o.address = ${address} OR ${session})`],
      [undefined, [before], [], same],
      [undefined, [], [before], `NOT ${same}`],
      ["Session", [], [before], `${session} AND NOT ${same}`],
    ] as [string | undefined, Heap[], Heap[], string][]) {
      const request = { filter: parseFilter(heap, filter), alsoIn, notIn, limit: 1000 };
      const found = topParts(heap, by, "size", request);
      const wanted = grouped(members(by, where));
      const groups = found.rows.map(({ name, count, size, retained }) => ({ name, count, size, retained }));
      expect(groups.sort(byName), where).toEqual(wanted);
      expect(found.total).toEqual({
        count: wanted.reduce((sum, { count }) => sum + count, 0n),
        size: wanted.reduce((sum, { size }) => sum + size, 0n),
      });
      expect(found.freed.size).toBe(freedSize(new Set(members(by, where).map(({ id }) => id))));
      // A row is a set by itself only if nothing but --of chose.
      expect(found.rows.every(({ set }) => (set === null) === (where !== "TRUE"))).toBe(true);
    }
  });
});

test("paths of a type are the groups of its instances", () => {
  const types = heap.all<{ id: bigint }>("SELECT id FROM {heap}.type WHERE count > 0 AND id IS NOT NULL");
  for (const { id } of types) {
    const set = `, (SELECT object_set(id) FROM {heap}.object WHERE type = ${id})`;
    const merged = heap.all<Group>(
      "SELECT path AS name, count, size, retained FROM {heap}.merged_paths(?)",
      id,
    );
    expect(ask("path", set)).toEqual(merged.sort(byName));
  }
});

test("owner and type are those groups, and each type is one by itself", async () => {
  const of = (sql: string) => heap.all<Group>(sql).sort(byName);
  expect(of("SELECT * FROM {heap}.owner")).toEqual(ask("owner"));
  expect(
    heap.all("SELECT type, address, count, size, retained FROM {heap}.partition('type') ORDER BY address"),
  ).toEqual(
    heap.all(
      "SELECT id AS type, address, count, size, retained FROM {heap}.type WHERE count > 0 ORDER BY address",
    ),
  );
  expect(heap.get("SELECT count(*) AS n FROM {heap}.partition('owner') WHERE type IS NOT NULL")).toEqual({
    n: 0n,
  });
});

test("an example is an object of its group", () => {
  expect(
    heap.get(
      `SELECT count(*) AS n FROM {heap}.partition('owner') AS g JOIN {heap}.object AS o ON o.id = g.example
        WHERE o.owner IS NOT g.name`,
    ),
  ).toEqual({ n: 0n });
});

test("what is not a set of objects is refused", () => {
  for (const objects of ["'1,2'", "7"]) {
    expect(() => ask("type", `, ${objects}`)).toThrow("objects is not a result of object_set(id)");
  }
  for (const id of ["-1", "4294967295", "'x'", "1.5"]) {
    expect(() => heap.get(`SELECT object_set(${id}) AS bits`)).toThrow("object_set() takes ids of objects");
  }
  expect(heap.get("SELECT object_set(NULL) AS bits")).toEqual({ bits: Buffer.alloc(0) });
  expect(heap.get("SELECT object_set(value) AS bits FROM json_each('[0, 9, 0, 15]')")).toEqual({
    bits: Buffer.from([1, 0b1000_0010]),
  });
  expect(ask("type", ", (SELECT object_set(100000))"), "an object that is not there").toEqual([]);
});
