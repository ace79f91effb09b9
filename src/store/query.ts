import Database from "better-sqlite3";
import { ExitCode, HeapdumpError } from "../errors.js";
import { documentation } from "./documentation.js";
import type { Value } from "./heap.js";
import { nearest } from "./nearest.js";

export interface Result {
  columns: string[];
  /** Addresses are `0x…` in columns of a table, and integers in expressions. */
  rows: IterableIterator<Value[]>;
}

/** Refuses from now on what could write a file, or change anything but temporary tables. */
export function makeReadOnly(db: Database.Database): void {
  db.pragma("temp_store = MEMORY");
  db.prepare("SELECT heapdump_read_only()").get();
}

/** Runs one statement of the user's. Malformed SQL is an error with exit code 2 and SQLite's words. */
export function runQuery(db: Database.Database, sql: string): Result {
  return explained(() => {
    const statement = db.prepare<[], Value[]>(sql);
    if (!statement.reader) {
      statement.run();
      return { columns: [], rows: [].values() };
    }
    statement.raw(true);
    const columns = statement.columns();
    const addresses = columns.map(({ type }) => type === "ADDRESS");
    return { columns: columns.map(({ name }) => name), rows: rows(statement.iterate(), addresses) };
  });
}

/** Failures that come only while rows are computed are reported alike. */
function* rows(iterator: IterableIterator<Value[]>, addresses: boolean[]): IterableIterator<Value[]> {
  try {
    for (;;) {
      const next = explained(() => iterator.next());
      if (next.done) return;
      yield next.value.map((value, i) =>
        addresses[i] && typeof value === "bigint" ? `0x${value.toString(16)}` : value,
      );
    }
  } finally {
    iterator.return?.();
  }
}

function explained<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Database.SqliteError || error instanceof RangeError || error instanceof TypeError) {
      throw new HeapdumpError(ExitCode.Usage, `SQL: ${error.message}${hint(error.message)}`);
    }
    throw error;
  }
}

function hint(message: string): string {
  if (message === "not authorized" || message === "authorization denied") {
    return ": a dump is read-only; only temporary tables and views can be created";
  }
  const [, kind, name = ""] = /no such (table|column|function): (.*)/.exec(message) ?? [];
  if (!kind) return "";
  const declared = documentation();
  const wanted = name.slice(name.lastIndexOf(".") + 1);
  const having = declared.filter(({ column }) => kind === "column" && column === wanted);
  if (having.length > 0) return `: it is a column of ${having.map(({ table }) => table).join(", ")}`;
  const known = declared.map(({ table, column }) => (kind === "column" ? column : table));
  const near = nearest(wanted, known);
  return near.length > 0 ? `; the nearest: ${near.join(", ")}` : " (heapdump sql --schema lists them)";
}
