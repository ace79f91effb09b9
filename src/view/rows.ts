import type { Value } from "../store/heap.js";
import type { Result } from "../store/query.js";
import { jsonText } from "./json.js";
import { type Column, table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { escapeControls } from "./text.js";

/** Rows that are laid out together: widths must not wait for the end of a long result. */
const PAGE = 1000;
const WIDEST = 60;
const PART = 1 << 16;

/** A result as a table, a page at a time. */
export function* rowsText({ columns, rows }: Result, terminal: Terminal): Generator<string> {
  if (columns.length === 0) return;
  let page: Value[][] = [];
  let pages = 0;
  const laidOut = () => {
    const text = table(
      columns.map((title, i) => column(title, page, i)),
      page.map((row) => row.map(valueText)),
      terminal,
    );
    return `${pages++ ? text.slice(text.indexOf("\n") + 1) : text}\n`;
  };
  for (const row of rows) {
    page.push(row);
    if (page.length === PAGE) {
      yield laidOut();
      page = [];
    }
  }
  if (page.length || pages === 0) yield laidOut();
}

/** A result as one JSON document, in parts of about `PART` characters. */
export function* rowsJson({ columns, rows }: Result, more: { warnings?: string[] } = {}): Generator<string> {
  let part = `{"columns": ${jsonText(columns)}, "rows": [`;
  let separator = "\n";
  for (const row of rows) {
    part += separator + jsonText(row.map(jsonValue));
    separator = ",\n";
    if (part.length > PART) {
      yield part;
      part = "";
    }
  }
  const end = more.warnings ? `, "warnings": ${jsonText(more.warnings)}` : "";
  yield `${part}${separator === "\n" ? "" : "\n"}]${end}}\n`;
}

function column(title: string, rows: Value[][], index: number): Column {
  const numeric = rows.every((row) => row[index] === null || /^(bigint|number)$/.test(typeof row[index]));
  return { title, align: numeric ? "right" : "left", most: WIDEST };
}

function valueText(value: Value): string {
  if (value === null) return "NULL";
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString("hex")}'`;
  return escapeControls(String(value));
}

function jsonValue(value: Value): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
}
