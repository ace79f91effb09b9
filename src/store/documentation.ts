import { openDatabase } from "./open.js";

export interface ColumnDocumentation {
  table: string;
  /** `table`, `function`, or `catalog`: of no heap. */
  kind: string;
  column: string;
  type: string;
  description: string;
}

/** Every table, function and column, from the one place that has them: the extension. */
export function documentation(): ColumnDocumentation[] {
  const db = openDatabase();
  try {
    return db
      .prepare(
        'SELECT table_name AS "table", kind, column_name AS "column", type, description FROM schema_column',
      )
      .all() as ColumnDocumentation[];
  } finally {
    db.close();
  }
}
