// What is pushed down from SQLite to the tables, and that it changes no answer.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Heap } from "../../src/store/heap.js";
import { TempWorkspace } from "../support/cli.js";
import { openSideBySide } from "../support/open-heaps.js";
import { shop } from "../support/sample-heaps.js";

const workspace = new TempWorkspace();
afterAll(() => workspace.remove());

function plan(heap: Heap, sql: string): string[] {
  return heap
    .all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
    .map(({ detail }) => detail.replace(/ VIRTUAL TABLE INDEX \d+:/, " by ").replace(/ by $/, ""));
}

describe("a small heap", () => {
  let heap: Heap;

  beforeAll(async () => {
    [heap] = (await openSideBySide(workspace, { main: shop({ sessions: 3 }).heap })) as [Heap];
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
});
