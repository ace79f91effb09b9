import type { ColumnDocumentation } from "../store/documentation.js";
import { wrap } from "./fit.js";
import { type JsonTable, jsonTable } from "./json.js";
import type { Terminal } from "./terminal.js";

/** Every table with its columns, wrapped to the width of the terminal. */
export function schemaText(columns: ColumnDocumentation[], { width, colors }: Terminal): string {
  const tables = [...new Set(columns.map(({ table }) => table))];
  const widest = Math.max(...columns.map(({ column }) => column.length));
  const indent = 2 + widest + 2 + 7 + 2;
  const lines = tables.map((table) => {
    const own = columns.filter((column) => column.table === table);
    return [
      colors.bold(table),
      ...own.map(({ column, type, description }) => {
        const text = wrap(description, width - indent).join(`\n${" ".repeat(indent)}`);
        return `  ${colors.cyan(column.padEnd(widest))}  ${colors.dim(type.padEnd(7))}  ${text}`;
      }),
    ].join("\n");
  });
  return lines.join("\n\n");
}

export function schemaJson(columns: ColumnDocumentation[]): JsonTable {
  return jsonTable(columns, {
    table: ({ table }) => table,
    column: ({ column }) => column,
    type: ({ type }) => type,
    description: ({ description }) => description,
  });
}
