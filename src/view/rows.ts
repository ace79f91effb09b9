import type { Value } from "../store/heap.js";
import type { Result } from "../store/query.js";
import { fitPath, fitPlace, shorten } from "./fit.js";
import { jsonText } from "./json.js";
import { facts } from "./lines.js";
import { type Column, table } from "./table.js";
import type { Terminal } from "./terminal.js";
import { escapeControls } from "./text.js";

/** Rows that are laid out together: neither widths nor the first rows must wait for the end of a long result. */
const FIRST_PAGE = 100;
const PAGE = 1000;
/** Values that are wider are not padded for in a pipe. */
const MAX_PAD = 60;
/** Narrower than this no column is of use: rows are shown one below the other instead. */
const MIN_COLUMN = 8;
const PART = 1 << 16;

/** A result as a table, a page at a time. */
export function* rowsText({ columns, rows }: Result, terminal: Terminal): Generator<string> {
  if (columns.length === 0) return;
  let page: Value[][] = [];
  let pages = 0;
  let asTable = true;
  const laidOut = () => {
    if (pages === 0) asTable = terminal.cuts !== "everything" || fitsAsTable(columns, page, terminal);
    pages++;
    if (!asTable) return page.map((row) => record(columns, row, terminal)).join("");
    const whole = terminal.cuts !== "everything";
    const text = table(
      columns.map((title, i) => ({ ...column(title, page, i), ...(whole ? { pad: MAX_PAD } : {}) })),
      page.map((row) => row.map((value) => (whole ? { name: valueText(value) } : valueText(value)))),
      whole ? { ...terminal, cuts: "nothing" } : terminal,
    );
    return `${pages > 1 ? text.slice(text.indexOf("\n") + 1) : text}\n`;
  };
  for (const row of rows) {
    page.push(row);
    if (page.length === (pages === 0 ? FIRST_PAGE : PAGE)) {
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

/** A result as CSV (RFC 4180), in parts: NULL is an empty field, an empty text is `""`, a BLOB its hexadecimal digits. */
export function* rowsCsv({ columns, rows }: Result): Generator<string> {
  if (columns.length === 0) return;
  let part = csvLine(columns);
  for (const row of rows) {
    part += csvLine(row.map(jsonValue));
    if (part.length > PART) {
      yield part;
      part = "";
    }
  }
  yield part;
}

function csvLine(values: unknown[]): string {
  return `${values.map(csvField).join(",")}\r\n`;
}

function csvField(value: unknown): string {
  if (value === null) return "";
  const text = String(value);
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function column(title: string, rows: Value[][], index: number): Column {
  const numeric = rows.every((row) => row[index] === null || /^(bigint|number)$/.test(typeof row[index]));
  const fit = FITS[title];
  return {
    title,
    ...(numeric ? { align: "right" } : fit ? { cut: "name", fit } : { cut: "content", fit: shorten }),
  };
}

/** Columns whose names tell what they hold; a result may call them otherwise. */
const FITS: Record<string, Column["fit"]> = {
  path: fitPath,
  owner: fitPath,
  part: fitPath,
  whole: fitPath,
  name: fitPath,
  module: fitPath,
  file: fitPlace,
};

function fitsAsTable(columns: string[], rows: Value[][], { width }: Terminal): boolean {
  const widths = columns.map((title, i) => {
    const numeric = column(title, rows, i).align === "right";
    const widest = rows.reduce((most, row) => Math.max(most, valueText(row[i] ?? null).length), title.length);
    return numeric ? widest : Math.max(title.length, Math.min(widest, MIN_COLUMN));
  });
  return widths.reduce((sum, own) => sum + own + 2, -2) <= width;
}

/** A row as lines of `column  value`, and an empty line after it. */
function record(columns: string[], row: Value[], terminal: Terminal): string {
  const room = Math.min(Math.max(...columns.map(({ length }) => length)), terminal.width / 2);
  const lines = facts(
    columns.map((title, i) => [shorten(title, room), valueText(row[i] ?? null)]),
    Math.floor(room) + 4,
    terminal,
    terminal.colors.dim,
  );
  return `${lines.map((line) => line.slice(2)).join("\n")}\n\n`;
}

function valueText(value: Value): string {
  if (value === null) return "NULL";
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString("hex")}'`;
  return escapeControls(String(value));
}

function jsonValue(value: Value): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
}
