import Database from "better-sqlite3";
import { ExitCode, HeapdumpError } from "../errors.js";
import type { Value } from "./heap.js";

export interface Result {
  columns: string[];
  rows: IterableIterator<Value[]>;
}

/** Runs one statement of the user's. Malformed SQL is an error with exit code 2 and SQLite's words. */
export function runQuery(db: Database.Database, sql: string): Result {
  return told(() => {
    const statement = db.prepare<[], Value[]>(sql);
    if (!statement.reader) {
      statement.run();
      return { columns: [], rows: [].values() };
    }
    statement.raw(true);
    return { columns: statement.columns().map(({ name }) => name), rows: rows(statement.iterate()) };
  });
}

/** Failures that come only while rows are computed are told alike. */
function* rows(iterator: IterableIterator<Value[]>): IterableIterator<Value[]> {
  for (;;) {
    const next = told(() => iterator.next());
    if (next.done) return;
    yield next.value;
  }
}

function told<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Database.SqliteError || error instanceof RangeError || error instanceof TypeError) {
      throw new HeapdumpError(ExitCode.Usage, `SQL: ${error.message}`);
    }
    throw error;
  }
}
