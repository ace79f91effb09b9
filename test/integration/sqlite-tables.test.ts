// Heaps as SQLite sees them: what the tables hold.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Heap } from "../../src/store/heap.js";
import { openDatabase } from "../../src/store/open.js";
import { TempWorkspace } from "../support/cli.js";
import { openSideBySide } from "../support/open-heaps.js";
import { PythonHeap, type Thing } from "../support/python-heap.js";
import { huge, type Shop, shop } from "../support/sample-heaps.js";

const workspace = new TempWorkspace();
afterAll(() => workspace.remove());

describe("a small heap", () => {
  let planted: Shop;
  let heap: Heap;
  const idOf = (address: bigint): bigint => heap.objectAt(address)?.id as bigint;

  beforeAll(async () => {
    planted = shop({ sessions: 3 });
    [heap] = (await openSideBySide(workspace, { main: planted.heap })) as [Heap];
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

  test.each([
    "referrers",
    "referents",
    "holders",
    "holds",
    "reachable",
    "dominated",
    "dominated_types",
    "path_to_root",
    "merged_paths",
  ])("what names no object has no rows in %s, and a number may be text", (name) => {
    const ids = (argument: string) => heap.all(`SELECT * FROM ${name}(${argument})`);
    for (const none of ["'abc'", "''", "'5x'", "x'05'", "1.5", "-1", "1e300", "'1e300'", "999999", "NULL"]) {
      expect(ids(none), none).toEqual([]);
    }
    const id = name === "merged_paths" ? heap.types()[0]?.id : idOf(planted.sessions[0]?.address as bigint);
    expect(ids(`'${id}'`)).toEqual(ids(`${id}`));
  });

  test("paths without a number of at least 1 are refused", () => {
    for (const none of ["0", "-1", "'x'", "-9223372036854775808"]) {
      expect(() => heap.all(`SELECT * FROM path_to_root(1, NULL, ${none})`)).toThrow(
        "max_paths must be an integer of at least 1",
      );
    }
    expect(heap.all("SELECT * FROM path_to_root(1, NULL, NULL)").length).toBeGreaterThan(0);
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
    const [opened] = (await openSideBySide(workspace, { main: planted })) as [Heap];
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
    const [before, after] = (await openSideBySide(workspace, {
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
    const [heap] = (await openSideBySide(workspace, { weak: planted })) as [Heap];
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
    const [heap] = (await openSideBySide(workspace, { wide: huge().heap })) as [Heap];
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
