// Heaps as SQLite sees them: what the tables hold, what is pushed down, and that it changes no answer.
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { native } from "../../src/native/addon.js";
import type { Heap } from "../../src/store/heap.js";
import { openDatabase, openHeaps } from "../../src/store/open.js";
import { TempWorkspace } from "../support/cli.js";
import { largeHeap, largeHeapDump } from "../support/large-heap.js";
import { PythonHeap, type Thing } from "../support/python-heap.js";
import { huge, type Shop, shop } from "../support/sample-heaps.js";

const workspace = new TempWorkspace();
afterAll(() => workspace.remove());

const silent = { onProgress: () => {}, onWarning: () => {} };

async function open(heaps: Record<string, PythonHeap>): Promise<Heap[]> {
  for (const [schema, heap] of Object.entries(heaps)) workspace.dump(`${schema}.bin`, heap);
  const sources = Object.keys(heaps).map((schema) => ({ schema, path: workspace.path(`${schema}.bin`) }));
  return openHeaps(sources, silent);
}

function plan(heap: Heap, sql: string): string[] {
  return heap
    .all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
    .map(({ detail }) => detail.replace(/ VIRTUAL TABLE INDEX \d+:/, " by ").replace(/ by $/, ""));
}

describe("a small heap", () => {
  let planted: Shop;
  let heap: Heap;
  const idOf = (address: bigint): bigint => heap.objectAt(address)?.id as bigint;

  beforeAll(async () => {
    planted = shop({ sessions: 3 });
    [heap] = (await open({ main: planted.heap })) as [Heap];
  });

  test.each([
    ["SELECT * FROM object", "SCAN object"],
    ["SELECT * FROM object WHERE id = 5", "SCAN object by id="],
    ["SELECT * FROM object WHERE rowid = 5", "SCAN object by id="],
    ["SELECT * FROM object WHERE id IN (5, 6)", "SCAN object by id="],
    ["SELECT * FROM object WHERE id BETWEEN 5 AND 9", "SCAN object by id>= id<="],
    ["SELECT * FROM object WHERE address = 5", "SCAN object by address="],
    ["SELECT * FROM object WHERE address > 5", "SCAN object by address>"],
    ["SELECT * FROM object WHERE type = 5", "SCAN object by type="],
    ["SELECT * FROM object WHERE size >= 5", "SCAN object by size>="],
    ["SELECT * FROM object ORDER BY size DESC LIMIT 3", "SCAN object by size descending"],
    ["SELECT * FROM object ORDER BY size", "SCAN object by size ascending"],
    ["SELECT * FROM object ORDER BY size DESC, id", "SCAN object by size descending"],
    ["SELECT * FROM object ORDER BY id", "SCAN object"],
    ["SELECT * FROM object ORDER BY address DESC", "SCAN object"],
    ["SELECT * FROM type WHERE id = 5", "SCAN type by id="],
    ["SELECT * FROM root WHERE object = 5", "SCAN root by object="],
    ["SELECT * FROM reference WHERE source = 5", "SCAN reference by source="],
    ["SELECT * FROM reference WHERE target = 5", "SCAN reference by target="],
    ["SELECT * FROM reference WHERE target = 5 AND source = 6", "SCAN reference by source= target="],
    ["SELECT * FROM reference WHERE target = 5 AND kind = 'key'", "SCAN reference by target= kind="],
    [
      "SELECT * FROM reference WHERE target = 5 AND kind <> 'type' AND kind <> 'weak'",
      "SCAN reference by target= kind<> kind<>",
    ],
    ["SELECT * FROM referrers(5)", "SCAN referrers by object="],
    ["SELECT * FROM referents(5) WHERE kind = 'item'", "SCAN referents by object= kind="],
    ["SELECT * FROM reachable(5)", "SCAN reachable by object="],
  ])("%s is planned as %s", (sql, detail) => {
    expect(plan(heap, sql)).toEqual([detail]);
  });

  test("joins go from what is known to what is looked up", () => {
    expect(
      plan(
        heap,
        `SELECT object.size FROM reference JOIN object ON object.id = reference.target WHERE source = 5`,
      ),
    ).toEqual(["SCAN reference by source=", "SCAN object by id="]);
    expect(
      plan(heap, `SELECT object.id FROM object JOIN type ON type.id = object.type WHERE type.name = 'dict'`),
    ).toEqual(["SCAN type", "SCAN object by type="]);
    expect(
      plan(
        heap,
        `SELECT holder.address FROM object
           JOIN reference ON reference.target = object.id
           JOIN object AS holder ON holder.id = reference.source
           WHERE object.address = 5`,
      ),
    ).toEqual(["SCAN object by address=", "SCAN reference by target=", "SCAN holder by id="]);
  });

  // A unary plus keeps SQLite from pushing a constraint down.
  const values = ["0", "7", "40", "-1", "3.0", "7.5", "-0.5", "1e300", "-1e300", "'x'", "NULL", "x'07'"];
  const limits = ["9223372036854775807", "-9223372036854775808", "4294967296", "4294967295"];
  test.each([...values, ...limits])("what is pushed down changes no answer: %s", (value) => {
    for (const [table, columns] of [
      ["object", ["id", "address", "type", "size"]],
      ["reference", ["source", "target", "kind"]],
      ["type", ["id"]],
      ["root", ["object"]],
    ] as const) {
      for (const column of columns) {
        for (const op of ["=", "<>", "<", "<=", ">", ">=", "IS", "IS NOT"]) {
          const where = (left: string) =>
            heap.all(`SELECT rowid, * FROM ${table} WHERE ${left} ${op} ${value} ORDER BY +rowid`);
          expect(where(column), `${column} ${op} ${value}`).toEqual(where(`+${column}`));
        }
      }
    }
  });

  test("text is compared as SQLite compares it with an INTEGER column", () => {
    expect(heap.all("SELECT id FROM object WHERE id = '7'")).toEqual([{ id: 7n }]);
    expect(heap.all("SELECT id FROM object WHERE id = ?", "7.0")).toEqual([{ id: 7n }]);
    expect(heap.all("SELECT id FROM object WHERE id = 'seven'")).toEqual([]);
  });

  test("constraints together change no answer", () => {
    const size = heap.all<{ size: bigint }>("SELECT DISTINCT size FROM object ORDER BY size")[3]?.size;
    for (const [pushed, plain] of [
      ["id > 3 AND id <= 20", "+id > 3 AND +id <= 20"],
      ["id >= 20 AND id < 3", "+id >= 20 AND +id < 3"],
      [`size > 50 AND size < ${size}`, `+size > 50 AND +size < ${size}`],
      ["id IN (3, 1, 2, 3, 999)", "+id IN (3, 1, 2, 3, 999)"],
      ["id = 3 AND size > 10 AND type = 0", "+id = 3 AND +size > 10 AND +type = 0"],
    ]) {
      const rows = (where: string | undefined) =>
        heap.all(`SELECT * FROM object WHERE ${where} ORDER BY +id`);
      expect(rows(pushed)).toEqual(rows(plain));
    }
    const all = heap.all<{ source: bigint; target: bigint }>("SELECT source, target FROM reference");
    const kinds = [
      "",
      " AND kind = 'type'",
      " AND kind = 'value'",
      " AND kind = 'nonsense'",
      " AND kind <> 'type'",
      " AND kind <> 'value' AND kind <> 'type'",
      " AND kind = 'value' AND kind <> 'value'",
      " AND kind <> 'nonsense' AND kind <> 7",
      " AND kind <> NULL",
    ];
    for (const { source, target } of all) {
      for (const kind of kinds) {
        const rows = (plus: string) =>
          heap.all(
            `SELECT rowid, * FROM reference WHERE ${plus}source = ${source} AND ${plus}target = ${target}
               ${kind.replaceAll("kind", `${plus}kind`)} ORDER BY +rowid`,
          );
        expect(rows("")).toEqual(rows("+"));
      }
    }
  });

  test("orders that are taken over are right", () => {
    for (const order of ["size DESC, id", "size, id DESC", "id DESC", "address", "rowid DESC"]) {
      for (const where of ["", "WHERE size > 60", "WHERE type = 0", "WHERE id < 30"]) {
        const rows = (by: string) =>
          heap.all<{ id: bigint }>(`SELECT id FROM object ${where} ORDER BY ${by}`).map(({ id }) => id);
        const plain = order.replace(/\w+( DESC)?/g, "+$&");
        expect(rows(order), `${where} ORDER BY ${order}`).toEqual(rows(plain));
      }
    }
  });

  test("objects are what the dump says", () => {
    const objects = heap.all<{ address: bigint; size: bigint; refcount: bigint; content: string | null }>(
      "SELECT address, size, refcount, content FROM object",
    );
    const things = [...planted.heap.things].sort((a, b) => Number(a.address - b.address));
    expect(objects).toEqual(
      things.map(({ address, size, refcount, content }) => ({
        address,
        size,
        refcount,
        content: content?.text ?? null,
      })),
    );
  });

  test("types have totals, and every object is in one", () => {
    const types = heap.all("SELECT id, count, size FROM type ORDER BY id");
    const grouped = heap.all(
      `SELECT type.id, count(object.id) AS count, coalesce(sum(object.size), 0) AS size
         FROM type LEFT JOIN object ON object.type = type.id GROUP BY type.id ORDER BY type.id`,
    );
    expect(types).toEqual(grouped);
    expect(heap.totals().count).toBe(BigInt(planted.heap.things.length));
    expect(heap.all("SELECT name FROM type WHERE name IN ('dict', 'shop.models.Session')").length).toBe(2);
  });

  test("references have kinds and labels in Python's spelling", () => {
    const dict = planted.sessions[0]?.references[0];
    const rows = heap.all(
      "SELECT kind, label, position FROM reference WHERE source = ?",
      idOf(dict?.address as bigint),
    );
    expect(rows).toEqual([
      { kind: "key", label: null, position: 0n },
      { kind: "value", label: "'id'", position: 1n },
      { kind: "key", label: null, position: 2n },
      { kind: "value", label: "'user'", position: 3n },
      { kind: "key", label: null, position: 4n },
      { kind: "value", label: "'body'", position: 5n },
      { kind: "type", label: null, position: null },
    ]);
    expect(
      heap.all("SELECT kind, label FROM referents(?)", idOf(planted.chain[0]?.address as bigint)),
    ).toEqual([
      { kind: "slot", label: "next" },
      { kind: "type", label: null },
    ]);
  });

  test("a part is a reference as a path spells it", async () => {
    const planted = new PythonHeap();
    const target = planted.int(7);
    const kinds: [
      kind: "item" | "attribute" | "slot" | "local" | "field" | "cell",
      label: string,
      part: string,
    ][] = [
      ["item", "", "<element 7>"],
      ["attribute", "session", ".session"],
      ["attribute", "", "<attribute ?>"],
      ["slot", "x", ".x"],
      ["local", "x", "<local x>"],
      ["field", "__self__", ".__self__"],
      ["cell", "", ".cell_contents"],
    ];
    const named = kinds.map(([kind, label]) => [kind, label] as [typeof kind, string]);
    const holder = planted.add(
      "app.Holder",
      { named },
      kinds.map(() => target),
      72n,
    );
    const list = planted.list([target]);
    const dict = planted.dict([
      [planted.str("k"), target],
      [planted.str("\x1b"), target],
    ]);
    const [opened] = (await open({ main: planted })) as [Heap];
    const parts = ({ address }: Thing) =>
      opened
        .all<{ part: string }>(
          "SELECT part FROM referents(?) WHERE kind <> 'type' AND kind <> 'key'",
          opened.objectAt(address)?.id as bigint,
        )
        .map(({ part }) => part);
    expect(parts(holder)).toEqual(kinds.map(([, , part]) => part));
    expect(parts(list)).toEqual(["[0]"]);
    expect(parts(dict)).toEqual(["['k']", "['\\x1b']"]);
    const held = opened.objectAt(target.address)?.id as bigint;
    expect(opened.all("SELECT part FROM holders(?) ORDER BY part", held)).toEqual(
      [...kinds.map(([, , part]) => part), "[0]", "['k']", "['\\x1b']"].sort().map((part) => ({ part })),
    );
  });

  test("referrers and referents are the two sides of reference", () => {
    for (const { id } of heap.all<{ id: bigint }>("SELECT id FROM object")) {
      expect(heap.all("SELECT id, kind, label FROM referrers(?) ORDER BY id, label", id)).toEqual(
        heap.all("SELECT source AS id, kind, label FROM reference WHERE +target = ? ORDER BY id, label", id),
      );
      expect(heap.all("SELECT id, kind, label FROM referents(?)", id)).toEqual(
        heap.all("SELECT target AS id, kind, label FROM reference WHERE +source = ?", id),
      );
    }
  });

  test("the references to a type come after the others", () => {
    const session = idOf(planted.heap.type("shop.models.Session").address);
    const kinds = heap.all<{ kind: string }>("SELECT kind FROM referrers(?)", session);
    expect(kinds.map(({ kind }) => kind)).toEqual(["value", "type", "type", "type"]);
    expect(heap.all("SELECT id FROM referrers(?) WHERE kind = 'type'", session).length).toBe(3);
  });

  test("reachable follows neither types nor weak references, and ends on cycles", () => {
    const link = idOf(planted.chain[0]?.address as bigint);
    const found = heap.all<{ id: bigint; distance: bigint }>("SELECT id, distance FROM reachable(?)", link);
    expect(found.map(({ distance }) => distance)).toEqual(Array.from({ length: 11 }, (_, i) => BigInt(i)));
    const cycle = idOf(planted.cycle[0].address);
    expect(heap.all("SELECT id FROM reachable(?)", cycle).length).toBe(6);
    expect(heap.all("SELECT id FROM reachable(-1)")).toEqual([]);
  });

  test("a row has the same rowid however it is found", () => {
    const rowids = heap.all<{ rowid: bigint; source: bigint; target: bigint; position: bigint | null }>(
      "SELECT rowid, * FROM reference",
    );
    expect(new Set(rowids.map(({ rowid }) => rowid)).size).toBe(rowids.length);
    for (const row of rowids) {
      expect(
        heap.all(
          "SELECT rowid, * FROM reference WHERE target = ? AND position IS ?",
          row.target,
          row.position,
        ),
      ).toContainEqual(row);
    }
  });

  test("a function without its argument says what is missing", () => {
    expect(() => heap.all("SELECT * FROM referrers")).toThrow(/no query solution/);
  });

  test("the tables are read only", () => {
    expect(() => heap.db.exec("DELETE FROM object")).toThrow(/may not be modified/);
  });

  test("every column is described, once", () => {
    const described = heap.all<{
      table_name: string;
      column_name: string;
      type: string;
      description: string;
    }>("SELECT * FROM schema_column");
    for (const { description } of described) expect(description.length).toBeGreaterThan(10);
    const tables = [...new Set(described.map((row) => row.table_name))];
    expect(tables).toContain("object");
    for (const table of tables) {
      const columns = heap.all<{ name: string; type: string }>(
        `SELECT name, type FROM pragma_table_xinfo('${table}')`,
      );
      expect(columns).toEqual(
        described
          .filter((row) => row.table_name === table)
          .map((row) => ({ name: row.column_name, type: row.type })),
      );
    }
  });
});

describe("several heaps", () => {
  test("stand side by side, and functions see the heap of their schema", async () => {
    const [before, after] = (await open({
      before: shop({ sessions: 3 }).heap,
      after: shop({ sessions: 7, later: true }).heap,
    })) as [Heap, Heap];
    const sessions = "SELECT count FROM {heap}.type WHERE name = 'shop.models.Session'";
    expect(before.get(sessions)).toEqual({ count: 3n });
    expect(after.get(sessions)).toEqual({ count: 7n });
    const instances = `SELECT r.id FROM {heap}.type, {heap}.referrers(type.id) AS r
      WHERE type.name = 'shop.models.Session' AND r.kind = 'type'`;
    expect(before.all(instances).length).toBe(3);
    expect(after.all(instances).length).toBe(7);
    expect(
      before.all(
        `SELECT after.object.address FROM after.object LEFT JOIN before.object ON before.object.address = after.object.address
           JOIN after.type ON after.type.id = after.object.type
           WHERE before.object.id IS NULL AND after.type.name = 'shop.models.Session'`,
      ).length,
    ).toBe(4);
  });

  test("a weak reference is one, with its kind, and does not lead on", async () => {
    const planted = new PythonHeap();
    const thing = planted.add("app.Thing", {}, [], 32n);
    const callback = planted.add("function", {}, [], 144n);
    const shape = {
      named: [["weak", ""] as ["weak", string], ["field", "__callback__"] as ["field", string]],
    };
    const weak = planted.add("weakref.ReferenceType", shape, [thing, callback], 72n);
    const list = planted.list([weak]);
    const [heap] = (await open({ weak: planted })) as [Heap];
    const id = ({ address }: Thing) => heap.objectAt(address)?.id as bigint;
    expect(heap.all("SELECT id, kind, label FROM weak.referrers(?)", id(thing))).toEqual([
      { id: id(weak), kind: "weak", label: null },
    ]);
    expect(heap.all("SELECT id, kind FROM weak.referents(?) WHERE kind <> 'type'", id(weak))).toEqual([
      { id: id(thing), kind: "weak" },
      { id: id(callback), kind: "field" },
    ]);
    expect(heap.all("SELECT id FROM weak.reachable(?)", id(list))).toEqual(
      [list, weak, callback].map((reached) => ({ id: id(reached) })),
    );
  });

  test("integers beyond 2^53 come as they are", async () => {
    const [heap] = (await open({ wide: huge().heap })) as [Heap];
    expect(heap.all("SELECT size, refcount FROM wide.object WHERE size > 9007199254740991")).toEqual(
      [2n ** 60n + 1n, 2n ** 53n + 3n, 2n ** 53n + 1n].map((size) => ({ size, refcount: 2n ** 53n + 1n })),
    );
    expect(heap.all("SELECT size FROM wide.object WHERE size = 9007199254740993")).toHaveLength(1);
    expect(heap.get("SELECT size FROM wide.type WHERE name = 'mmap.mmap'")).toEqual({
      size: 2n ** 60n + 2n ** 54n + 5n,
    });
  });

  test("what is not an index is refused in one line", () => {
    const db = openDatabase();
    const create = (table: string, path: string) =>
      db.exec(`CREATE VIRTUAL TABLE x USING heapdump(${table}, '${path}')`);
    expect(() => create("object", "/dev/null")).toThrow("/dev/null: is not a heap index");
    expect(() => create("object", "/no/such/file")).toThrow(/cannot be opened: No such file/);
    workspace.write("foreign", "x".repeat(10_000));
    expect(() => create("object", workspace.path("foreign"))).toThrow(/is not a heap index/);
    expect(() => create("nonsense", "/dev/null")).toThrow("heapdump has no table nonsense");
    expect(() => db.exec("CREATE VIRTUAL TABLE x USING heapdump(object)")).toThrow(/TABLE, 'INDEX FILE'/);
  });
});

// Without what is pushed down, each of these would step through 10^9 rows and more.
describe("a heap of a million", () => {
  const n = 1_000_000;
  let heap: Heap;
  const numbers = `WITH RECURSIVE number(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < 1000)`;

  beforeAll(async () => {
    const path = workspace.path("largeHeap.bin");
    writeFileSync(path, largeHeapDump(n));
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 5);
    const fractions: number[] = [];
    const result = await native().ensureIndex(path, `${path}.first`, (fraction) => fractions.push(fraction));
    clearInterval(ticking);
    expect(result, "it was built").toBe(true);
    expect(ticks, "the event loop runs meanwhile").toBeGreaterThan(0);
    expect(fractions.at(-1)).toBe(1);
    expect([...fractions].sort((a, b) => a - b)).toEqual(fractions);
    [heap] = (await openHeaps([{ schema: "main", path }], silent)) as [Heap];
    expect(heap.totals().count).toBe(BigInt(n + 2));
    expect(heap.referenceCount()).toBe(BigInt(2 * n - 1));
    expect(heap.meta().get("complete")).toBe("true");
  });

  test.each([
    [
      "addresses",
      `SELECT count(*) AS found FROM number JOIN object ON object.address = ${largeHeap.at(0)} + 48 * 777 * i`,
    ],
    ["ids", "SELECT count(*) AS found FROM number JOIN object ON object.id = 777 * i"],
    ["sources", "SELECT count(*) / 3 AS found FROM number JOIN reference ON source = 777 * i"],
    ["targets", "SELECT count(*) AS found FROM number JOIN reference ON target = 777 * i"],
    [
      "a hub's references from one source",
      "SELECT count(*) AS found FROM number JOIN reference ON source = 777 * i AND target = 1",
    ],
    ["instances of a type, counted", "SELECT sum(type.count = 1000002) AS found FROM number, type"],
    [
      "largest",
      "SELECT count(*) AS found FROM number WHERE (SELECT size FROM object WHERE id <> i ORDER BY size DESC LIMIT 1) = 1127",
    ],
    [
      "ranges of ids",
      "SELECT count(*) AS found FROM number WHERE (SELECT count(*) FROM object WHERE id > i * 777 AND id <= i * 777 + 5) = 5",
    ],
    [
      "ranges of sizes",
      "SELECT count(*) AS found FROM number WHERE (SELECT min(size) FROM object WHERE size > 1100) = 1101",
    ],
  ])(
    "a thousand %s",
    (_, sql) => {
      expect(heap.get(`${numbers} ${sql}`)).toEqual({ found: 1000n });
    },
    20_000,
  );

  test("the hub has a million referrers, and each is found", () => {
    const hub = heap.objectAt(largeHeap.hub)?.id as bigint;
    expect(heap.get("SELECT count(*) AS c FROM referrers(?) WHERE kind = 'item'", hub)).toEqual({
      c: BigInt(n),
    });
    expect(heap.get("SELECT count(DISTINCT label) AS c FROM referrers(?)", hub)).toEqual({ c: 1n });
  });

  test("a chain a million deep is reached to its end", () => {
    const first = heap.objectAt(largeHeap.at(0))?.id as bigint;
    expect(heap.get("SELECT count(*) AS c, max(distance) AS d FROM reachable(?)", first)).toEqual({
      c: BigInt(n + 1),
      d: BigInt(n - 1),
    });
  });

  test("the largest come first", () => {
    const rows = heap.all<{ size: bigint }>("SELECT size FROM object ORDER BY size DESC LIMIT 3");
    expect(rows.map(({ size }) => size)).toEqual([
      largeHeap.size(999),
      largeHeap.size(999),
      largeHeap.size(999),
    ]);
  });
});
