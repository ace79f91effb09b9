import { setImmediate } from "node:timers/promises";
import { documentation } from "../store/documentation.js";
import type { Heap } from "../store/heap.js";
import { setSql } from "../store/set.js";
import type { ExportFormat } from "./format.js";

/** Copied inside SQLite. */
export const sqlite: ExportFormat = {
  name: "sqlite",
  extension: ".sqlite",
  description: "an ordinary SQLite database, with the tables of `heapdump sql`",
  async write(heap, path, onProgress, signal, { of }) {
    const { db } = heap;
    db.prepare("ATTACH ? AS out").run(path);
    try {
      db.exec("PRAGMA out.journal_mode = OFF; PRAGMA out.synchronous = OFF; BEGIN");
      await copy(heap, of, onProgress, signal);
      db.exec("COMMIT");
    } catch (error) {
      if (db.inTransaction) db.exec("ROLLBACK");
      throw error;
    } finally {
      db.exec("DETACH out");
    }
    return countsOf(heap, of);
  },
};

function countsOf(heap: Heap, of: string | undefined): Record<string, bigint> {
  if (of === undefined) return { objects: heap.totals().count, references: heap.referenceCount() };
  return heap.get(
    `SELECT (SELECT count FROM {heap}.set_totals(?)) AS objects,
            (SELECT count(*) FROM {heap}.reference AS r
              WHERE r.kind <> 'type' AND ${setSql(heap, of, "r.source")} AND ${setSql(heap, of, "r.target")}) AS "references"`,
    of,
  ) as Record<string, bigint>;
}

const INDEXES = [
  "CREATE UNIQUE INDEX out.object_address ON object (address)",
  "CREATE INDEX out.object_type ON object (type)",
  "CREATE INDEX out.object_size ON object (size)",
  "CREATE UNIQUE INDEX out.type_id ON type (id)",
  "CREATE INDEX out.reference_source ON reference (source)",
  "CREATE INDEX out.reference_target ON reference (target)",
  "CREATE INDEX out.root_object ON root (object)",
];

/** What is long, and follows from the rest. */
const LEFT_OUT = new Set(["object.gist", "object.path", "reference.part"]);

/** Objects (by whose id the two large tables are copied) between two looks at the progress. */
const STEP = 200_000n;

async function copy(
  heap: Heap,
  of: string | undefined,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const { db } = heap;
  const columns = documentation().filter(
    ({ table, column, kind }) => kind === "table" && !LEFT_OUT.has(`${table}.${column}`),
  );
  const tables = [...new Set(columns.map(({ table }) => table))];
  const columnsOf = (table: string) => columns.filter((column) => column.table === table);
  const names = (table: string) => columnsOf(table).map(({ column }) => `"${column}"`);
  for (const table of tables) {
    const own = columnsOf(table);
    const definitions = own.map(({ column, type }) =>
      // A type that is not an object of its dump has no id, and SQLite would give a primary key one.
      table === "object" && column === "id" ? "id INTEGER PRIMARY KEY" : `"${column}" ${type}`,
    );
    db.exec(`CREATE TABLE out.${table} (${definitions.join(", ")})`);
  }
  for (const table of tables) {
    if (table !== "object" && table !== "reference") {
      const chosen = table === "root" ? setSql(heap, of, "object") : "TRUE";
      db.exec(`INSERT INTO out.${table} SELECT ${names(table)} FROM ${heap.schema}.${table} WHERE ${chosen}`);
    }
  }
  const { count } = heap.totals();
  const large = [
    { table: "object", key: "id", chosen: setSql(heap, of, "id") },
    {
      table: "reference",
      key: "source",
      chosen: `${setSql(heap, of, "source")} AND ${setSql(heap, of, "target")}`,
    },
  ];
  for (const [i, { table, key, chosen }] of large.entries()) {
    const range = db.prepare(
      `INSERT INTO out.${table} SELECT ${names(table)} FROM ${heap.schema}.${table} WHERE ${key} >= ? AND ${key} < ? AND ${chosen}`,
    );
    for (let first = 0n; first < count; first += STEP) {
      range.run(first, first + STEP);
      onProgress((i + Number(first) / Number(count)) / (large.length + 1));
      await setImmediate(undefined, { signal });
    }
  }
  for (const index of INDEXES) {
    db.exec(index);
    await setImmediate(undefined, { signal });
  }
}
